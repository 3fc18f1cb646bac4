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
        // apt goes by the end of the file's name.
        const std::string path = "/etc/apt/keyrings/" + name + (where.ends_with(".gpg") ? ".gpg" : ".asc");
        key_file(path, where, turn, when, changes);
        item->put("signed_by", Written::of_text(path));
        unit_.note(row_, "the key comes from its URL; a `digest` of the download holds what it is");
      } else {
        item->put(where.starts_with("-----BEGIN") ? "key" : "signed_by", Written::of_text(where));
      }
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
      return repository_of_line(text_of(text_expression(repo->text, local)), std::move(item), turn, changes);
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
  if (const Node* data = task_.argument({"data"})) {
    // The text of the key, in a file beside the repository.
    ignore({"data"});
    const std::string path = "/etc/apt/keyrings/" + slug(task_.name) + ".asc";
    auto item = start("file", turn, when);
    identify(*item, "file", Written::of_text(path), turn);
    item->put("content", write(*data, Form::kText, local));
    item->put("mode", Written::of_text("0644"));
    unit_.signed_by_ = path;
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "the key is a file beside the repository, which names it with `signed_by`");
    return finish(std::move(item), turn, changes);
  }
  if (given({"file"})) {
    // It lies on the host already: the repository names it.
    unit_.signed_by_ = text({"file"}, local);
    unit_.set_outcome(row_, Outcome::kOtherWay);
    unit_.note(row_, "`signed_by` of the repository");
    return;
  }
  if (!given({"url"})) throw Untranslatable{"a key without its `url`, `data` or `file`"};
  const std::string url = text({"url"}, local);
  std::string host = url.find("://") == std::string::npos ? url : url.substr(url.find("://") + 3);
  for (std::size_t open = host.find("${"); open != std::string::npos; open = host.find("${"))
    host.erase(open, host.find('}', open) + 1 - open);
  const std::string path = "/etc/apt/keyrings/" + slug(host.substr(0, host.find('/'))) + ".asc";
  key_file(path, url, turn, when, changes);
  unit_.signed_by_ = path;
  unit_.set_outcome(row_, Outcome::kOtherWay);
  unit_.note(row_,
             "the key is a file beside the repository, which names it with `signed_by`; `key_url` with `key_digest` of "
             "the repository holds what it is");
}

// A key that the host fetches into its file.
void Builder::key_file(const std::string& path, const std::string& url, Unit::Turn& turn, const Cel& when,
                       const std::vector<const Item*>& changes) {
  auto folder = start("directory", turn, when);
  identify(*folder, "directory", Written::of_text("/etc/apt/keyrings"), turn);
  folder->put("mode", Written::of_text("0755"));
  if (unit_.directories_.insert("/etc/apt/keyrings").second) around_.out->push_back(std::move(folder));
  auto item = start("download", turn, when);
  identify(*item, "download", Written::of_text(path), turn);
  item->put("url", Written::of_text(url));
  item->put("mode", Written::of_text("0644"));
  finish(std::move(item), turn, changes);
}

// A line of sources.list that only the host knows: it is taken apart there.
void Builder::repository_of_line(const std::string& line, std::unique_ptr<Item> item, Unit::Turn& turn,
                                 const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const std::string bare = "regex.replace(" + line + ", '^ *deb(-src)? +([[][^]]*[]] +)?', '')";
  // The words are named once: a list of one that the resource goes over.
  const std::string words = unit_.fresh_variable("words", local);
  WrittenMap loops = turn.for_each;
  loops.emplace_back(words, Written::of_text("${[regex.extractAll(" + bare + ", '[^ ]+')]}"));
  item->put("for_each", Written::of_map(std::move(loops)));
  const auto option = [&](const char* name) {
    return "regex.extract(" + line + ", '[[ ]" + std::string(name) + "=([^] ]+)')";
  };
  std::string name =
      "${regex.replace(regex.replace(" + words + "[0], '^[a-z+]+://', '').lowerAscii(), '[^a-z0-9]+', '-')}";
  Unit::Turn inner;
  inner.variables = turn.variables;
  inner.variables.push_back(words);
  if (given({"filename"})) name = text({"filename"}, local);
  identify(*item, "apt_repository", Written::of_text(name), inner);
  if (const Node* state = task_.argument({"state"})) {
    Written wanted = mapped(*state, "present=present,absent=absent", local);
    if (wanted.text != "present") item->put("state", std::move(wanted));
  }
  ignore({"state"});
  item->put("types", Written::of_texts({"${" + line + ".trim().startsWith('deb-src') ? 'deb-src' : 'deb'}"}));
  item->put("uris", Written::of_texts({"${" + words + "[0]}"}));
  item->put("suites", Written::of_texts({"${" + words + "[1]}"}));
  item->put("components", Written::of_text("${" + words + ".slice(2, size(" + words + "))}"));
  item->put("architectures",
            Written::of_text("${" + option("arch") + ".optMap(a, dyn(a.split(','))).orValue(dyn(null))}"));
  const std::string key = unit_.signed_by_.empty() ? "dyn(null)" : "dyn(" + cel_text(unit_.signed_by_) + ")";
  item->put("signed_by", Written::of_text("${" + option("signed-by") + ".optMap(k, dyn(k)).orValue(" + key + ")}"));
  finish(std::move(item), turn, changes);
}

}  // namespace plumb::imports
