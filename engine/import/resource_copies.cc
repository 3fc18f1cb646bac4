// Files that are copied: of the project, of the host, with a content; folders of them, and fragments.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/jinja_template.h"
#include "engine/import/paths.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Node;

constexpr std::size_t kMostFilesOfFolder = 200;

}  // namespace

void Builder::copy_folder(const std::string& folder, const std::string& target, Unit::Turn& turn, const Cel& when,
                          const std::vector<const Item*>& changes) {
  const std::vector<std::string> files = unit_.files_below(folder);
  if (files.size() > kMostFilesOfFolder) throw Untranslatable{"a folder with more than 200 files"};
  LocalNames& local = *turn.names;
  for (const std::string& file : files) (void)project_file(folder + "/" + file, "files");
  auto item = start("directory", turn, when);
  identify(*item, "directory", Written::of_text(target), turn);
  item->put("source", Written::of_text(folder));
  if (auto owner = take({"owner"}, Form::kText, local)) item->put("owner", *owner);
  if (auto group = take({"group"}, Form::kText, local)) item->put("group", *group);
  if (auto mode = take({"mode"}, Form::kMode, local); mode && mode->text != "preserve") item->put("file_mode", *mode);
  if (auto mode = take({"directory_mode"}, Form::kMode, local)) item->put("directory_mode", *mode);
  put_beyond_mode(*item, local);
  item->put("parents", Written::of_plain("true"));
  finish(std::move(item), turn, changes);
}

void Builder::assemble(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* src = task_.argument({"src"});
  const Node* dest = task_.argument({"dest"});
  const Node* remote = task_.argument({"remote_src"});
  ignore({"src", "dest", "remote_src", "ignore_hidden", "decrypt"});
  if (src == nullptr || dest == nullptr) throw Untranslatable{"fragments without `src` or `dest`"};
  const std::optional<std::string> known = constant_text(src->text, local);
  if (!known || remote == nullptr || is_true_word(remote->text))
    throw Untranslatable{"fragments that lie on the host: `fragments` of the project, or a `block` each"};
  const std::string folder = "files/" + without_slash(without_prefix(*known, {"files/"}));
  for (const std::string& file : unit_.files_below(folder)) (void)project_file(folder + "/" + file, "files");
  auto item = start("file", turn, when);
  identify(*item, "file", write(*dest, Form::kText, local), turn);
  item->put("fragments", Written::of_texts({folder}));
  if (auto owner = take({"owner"}, Form::kText, local)) item->put("owner", *owner);
  if (auto group = take({"group"}, Form::kText, local)) item->put("group", *group);
  if (auto mode = take({"mode"}, Form::kMode, local)) item->put("mode", *mode);
  if (auto validate = take({"validate"}, Form::kText, local)) item->put("validate", *validate);
  finish(std::move(item), turn, changes);
}

void Builder::copy(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  const Node* dest = task_.argument({"dest", "path"});
  ignore({"dest", "path"});
  if (dest == nullptr) throw Untranslatable{"a copy without `dest`"};
  Written path = write(*dest, Form::kText, local);
  path.text = home_path(path.text);
  const Node* content = task_.argument({"content"});
  const Node* src = task_.argument({"src"});
  ignore({"content", "src", "directory_mode", "local_follow", "follow", "checksum", "decrypt"});
  const bool on_host = yes({"remote_src"});
  std::string source;
  std::string remote;
  std::string text;
  if (content != nullptr && content->is_scalar()) {
    const TranslatedTemplate translated = translate_template(content->text, local, {});
    if (!translated.problem.empty()) throw Untranslatable{"the content: " + translated.problem};
    text = translated.text;
  } else if (content != nullptr) {
    text = "${json.encode(" + unit_.value_of(*content, local).text + ")}";
  } else if (src != nullptr && on_host) {
    const std::string from = translate_text(src->text, local).text;
    if (unit_.is_folder(dest->text, path.text) && !src->text.ends_with('/'))
      path.text = without_slash(path.text) + "/" + last_name(without_slash(from));
    remote = from;
  } else if (src != nullptr) {
    const std::optional<std::string> known = constant_text(src->text, local);
    if (unit_.is_fetched(src->text)) {
      // It lies where the host itself has put it.
      if (unit_.is_folder(dest->text, path.text))
        path.text = without_slash(path.text) + "/" + last_name(without_slash(translate_text(src->text, local).text));
      remote = translate_text(src->text, local).text;
      return copied(path, {"remote_source", Written::of_text(remote)}, turn, when, changes);
    }
    if (!known) {
      const std::string folder = unit_.given_files();
      no_word("src", "names files that the role does not have: they belong into `" + folder + "` of the module");
      const Cel name = text_expression(src->text, local);
      if (unit_.is_folder(dest->text, path.text))
        path.text = without_slash(path.text) + "/${path.basename(" + text_of(name) + ")}";
      return copied(path, {"source", Written::of_text(folder + "/${" + text_of(name) + "}")}, turn, when, changes);
    }
    const std::string clean = without_slash(without_prefix(*known, {"files/"}));
    const auto status = unit_.source_.status("files/" + clean);
    if (status && status->type == EntryType::kFolder) {
      const bool inside = known->ends_with('/');
      ignore({"force", "backup", "validate"});
      return copy_folder("files/" + clean, without_slash(path.text) + (inside ? "" : "/" + last_name(clean)), turn,
                         when, changes);
    }
    source = project_file(*known, "files");
    if (source.empty()) throw Untranslatable{"the file `" + *known + "`, which the role does not have"};
    if (unit_.is_folder(dest->text, path.text)) path.text = without_slash(path.text) + "/" + last_name(clean);
  } else {
    throw Untranslatable{"a copy without `src` and `content`"};
  }
  copied(path,
         !remote.empty()  ? WrittenEntry{"remote_source", Written::of_text(remote)}
         : source.empty() ? WrittenEntry{"content", Written::of_text(text)}
                          : WrittenEntry{"source", Written::of_text(source)},
         turn, when, changes);
}

// The file at `path`, with what it holds.
void Builder::copied(const Written& path, WrittenEntry content, Unit::Turn& turn, const Cel& when,
                     const std::vector<const Item*>& changes) {
  auto item = start("file", turn, when);
  identify(*item, "file", path, turn);
  item->put(content.name, std::move(content.value));
  finish_file(std::move(item), path, turn, changes);
}

}  // namespace plumb::imports
