// Repositories of apt, and the keys that sign them.
#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/task.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {

using lang::Node;

void Builder::repository(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  auto item = start("apt_repository", turn, when);
  if (task_.module == "deb822_repository") {
    const std::string name = text({"name"}, local);
    identify(*item, "apt_repository", Written::of_text(name), turn);
    for (const auto& [attribute, parameter] :
         std::initializer_list<std::pair<const char*, const char*>>{{"types", "types"},
                                                                    {"uris", "uris"},
                                                                    {"suites", "suites"},
                                                                    {"components", "components"},
                                                                    {"architectures", "architectures"},
                                                                    {"languages", "languages"},
                                                                    {"targets", "targets"}}) {
      const Node* node = task_.argument({parameter});
      ignore({parameter});
      if (node != nullptr) item->put(attribute, write(*node, Form::kList, local));
    }
    if (auto state = take({"state"}, Form::kText, local); state && state->text != "present") item->put("state", *state);
    if (auto enabled = take({"enabled"}, Form::kBool, local)) item->put("enabled", *enabled);
    if (auto trusted = take({"trusted"}, Form::kBool, local)) item->put("trusted", *trusted);
    if (auto mode = take({"mode"}, Form::kMode, local)) item->put("mode", *mode);
    if (const Node* key = task_.argument({"signed_by"})) {
      const std::string where = translate_text(key->text, local).text;
      if (where.starts_with("http")) {
        item->put("key_url", Written::of_text(where));
        no_word("signed_by", "needs the key's `key_digest`");
        throw Untranslatable{"a key by its URL alone: say `key_url` and `key_digest`"};
      }
      item->put(where.starts_with("-----BEGIN") ? "key" : "signed_by", Written::of_text(where));
    }
    ignore({"signed_by", "allow_downgrade_to_insecure", "allow_insecure", "allow_weak", "by_hash", "check_date",
            "check_valid_until", "inrelease_path", "pdiffs", "date_max_future"});
    return finish(std::move(item), turn, changes);
  }
  const Node* repo = task_.argument({"repo"});
  ignore({"repo", "update_cache", "update-cache", "codename", "validate_certs", "mode", "install_python_apt",
          "update_cache_retries", "update_cache_retry_max_delay"});
  if (repo == nullptr) throw Untranslatable{"a repository without `repo`"};
  if (repo->text.find("ppa:") != std::string::npos) throw Untranslatable{"a PPA: its `uris` and `key`"};
  std::vector<std::string> words = shell_words(repo->text);
  if (words.empty() || (words[0] != "deb" && words[0] != "deb-src")) {
    const std::optional<std::string> known = constant_text(repo->text, local);
    if (known) {
      words = shell_words(*known);
    } else if (const std::vector<TextPart> parts = parse_text(repo->text);
               parts.size() == 1 && parts[0].expression != nullptr && parts[0].expression->is(Expr::Kind::kName)) {
      // The line that the role has for it.
      const Symbol* symbol = unit_.symbol(parts[0].expression->text);
      const Node* line = symbol == nullptr ? nullptr : symbol->fixed != nullptr ? symbol->fixed : symbol->by_default;
      if (line != nullptr && line->is_scalar()) words = shell_words(line->text);
      if (line != nullptr && symbol->fixed == nullptr)
        no_word("repo", "is always the default of `" + parts[0].expression->text + "` here");
    }
    if (words.empty() || (words[0] != "deb" && words[0] != "deb-src"))
      throw Untranslatable{"a repository whose line hangs on a variable: `uris`, `suites`, `components`"};
  }
  std::size_t at = 1;
  std::string options;
  if (at < words.size() && words[at].starts_with("[")) {
    while (at < words.size()) {
      options += words[at] + " ";
      if (words[at++].ends_with("]")) break;
    }
  }
  if (at + 1 >= words.size()) throw Untranslatable{"a repository without a release"};
  const std::string uri = translate_text(words[at], local).text;
  const std::string suite = translate_text(words[at + 1], local).text;
  const Node* filename = task_.argument({"filename"});
  ignore({"filename"});
  std::string host = words[at];
  if (const std::size_t scheme = host.find("://"); scheme != std::string::npos) host = host.substr(scheme + 3);
  for (std::size_t open = host.find("{{"); open != std::string::npos; open = host.find("{{")) {
    const std::size_t end = host.find("}}", open);
    host.erase(open, end == std::string::npos ? host.size() - open : end + 2 - open);
  }
  std::string name = filename != nullptr ? translate_text(filename->text, local).text : slug(host);
  if (name.ends_with(".list")) name = name.substr(0, name.size() - 5);
  identify(*item, "apt_repository", Written::of_text(name), turn);
  if (const Node* state = task_.argument({"state"})) {
    Written wanted = mapped(*state, "present=present,absent=absent", local);
    if (wanted.text != "present") item->put("state", std::move(wanted));
  }
  ignore({"state"});
  if (words[0] == "deb-src") item->put("types", Written::of_texts({"deb-src"}));
  item->put("uris", Written::of_texts({uri}));
  item->put("suites", Written::of_texts({suite}));
  std::vector<Written> components;
  for (std::size_t i = at + 2; i < words.size(); ++i)
    components.push_back(Written::of_text(translate_text(words[i], local).text));
  if (!components.empty()) item->put("components", Written::of_list(std::move(components)));
  bool signed_by = false;
  for (std::string option : shell_words(options)) {
    std::erase(option, '[');
    std::erase(option, ']');
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos) continue;
    const std::string key = option.substr(0, equals);
    const std::string value = translate_text(option.substr(equals + 1), local).text;
    if (key == "arch") item->put("architectures", Written::of_texts({value}));
    if (key == "signed-by") {
      item->put("signed_by", Written::of_text(value));
      signed_by = true;
    }
    if (key == "trusted" && value == "yes") item->put("trusted", Written::of_plain("true"));
  }
  if (!signed_by && !unit_.signed_by_.empty()) item->put("signed_by", Written::of_text(unit_.signed_by_));
  finish(std::move(item), turn, changes);
}

void Builder::key(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  ignore({"id", "validate_certs", "keyring", "fingerprint"});
  if (task_.module == "rpm_key") {
    (void)text({"key"}, local);
    ignore({"state"});
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "`gpgkey` of the `yum_repository`");
    return;
  }
  if (is({"state"}, "absent")) {
    ignore({"state", "url", "data", "file", "keyserver"});
    throw Untranslatable{"a key that goes from the list of all keys"};
  }
  ignore({"state"});
  if (given({"keyserver"})) throw Untranslatable{"a key of a key server: its text or URL"};
  if (!given({"url"}))
    throw Untranslatable{"a key from a file of the host or its text: say `key` or `key_source` of the repository"};
  const std::string url = text({"url"}, local);
  std::string host = url.find("://") == std::string::npos ? url : url.substr(url.find("://") + 3);
  for (std::size_t open = host.find("${"); open != std::string::npos; open = host.find("${"))
    host.erase(open, host.find('}', open) + 1 - open);
  const std::string path = "/etc/apt/keyrings/" + slug(host.substr(0, host.find('/'))) + ".asc";
  auto folder = start("directory", turn, when);
  identify(*folder, "directory", Written::of_text("/etc/apt/keyrings"), turn);
  folder->put("mode", Written::of_text("0755"));
  if (unit_.directories_.insert("/etc/apt/keyrings").second) around_.out->push_back(std::move(folder));
  auto item = start("download", turn, when);
  identify(*item, "download", Written::of_text(path), turn);
  item->put("url", Written::of_text(url));
  item->put("mode", Written::of_text("0644"));
  unit_.signed_by_ = path;
  unit_.set_outcome(row_, Outcome::kOtherWay);
  unit_.note(row_,
             "the key is a file beside the repository, which names it with `signed_by`; `key_url` with `key_digest` of "
             "the repository holds what it is");
  finish(std::move(item), turn, changes);
}

}  // namespace plumb::imports
