#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/joined.h"
#include "engine/base/sealed.h"
#include "providers/sdk/edit_parts.h"
#include "providers/sdk/tree_text.h"

namespace plumb {
namespace {

Result<TreePath> parse_path(const std::string& text) {
  TreePath path;
  for (std::size_t at = 0; at <= text.size();) {
    std::string step;
    if (at < text.size() && text[at] == '"') {
      const std::size_t end = text.find('"', at + 1);
      if (end == std::string::npos) return fail(Code::kBadValue, "`" + text + "`: a quote is not closed");
      step = text.substr(at + 1, end - at - 1);
      at = end + 1;
      if (at < text.size() && text[at] != '.') return fail(Code::kBadValue, "`" + text + "`: `.` is expected");
    } else {
      const std::size_t end = std::min(text.find('.', at), text.size());
      step = text.substr(at, end - at);
      at = end;
    }
    if (step.empty()) return fail(Code::kBadValue, "`" + text + "` has a step without a name");
    path.push_back(std::move(step));
    if (at++ == text.size()) break;
  }
  return path;
}

class TreeEditor {
 public:
  static Result<TreeEditor> of(const TreeEdit& edit, const SealedLines& known) {
    TreeEditor editor(edit.format, known);
    if (!tree_text(edit.format, "")) return fail(Code::kBadValue, "the format `" + edit.format + "` is not known");
    for (const Json* all : {&edit.set.value, &edit.merge.value}) {
      if (is_sealed(*all)) return fail(Code::kSecretUnresolved, "its values are sensitive and are not known here");
      if (!all->is_object() && !all->is_null()) return fail(Code::kBadValue, "values are a map");
    }
    if (edit.merge.value.is_object()) editor.add_merged({}, edit.merge.value);
    for (const auto& [text, value] : edit.set.value.items()) {
      PLUMB_TRY_ASSIGN(TreePath path, parse_path(text));
      editor.wanted_.emplace_back(std::move(path), value);
    }
    for (const std::string& text : edit.remove) {
      PLUMB_TRY_ASSIGN(TreePath path, parse_path(text));
      editor.removed_.push_back(std::move(path));
    }
    return editor;
  }

  Result<EditResult> once(std::string_view text) const {
    PLUMB_TRY(refuse_sealed_lines(text, known_));
    const std::unique_ptr<TreeText> tree = tree_text(format_, text);
    EditResult result;
    result.holds = true;
    std::string found, wanted;
    bool any = false;
    const auto note = [](std::string& lines, const TreePath& path, const Json& value) {
      append_item(lines, path_text(path) + ": " + value.dump(), "\n");
    };
    for (const auto& [path, value] : wanted_) {
      PLUMB_TRY_ASSIGN(const std::optional<TreeValue> there, tree->value_at(path));
      if (there) note(found, path, there->value);
      any = any || there;
      note(wanted, path, value);
      if (there && there->certain && there->value == value) continue;
      result.holds = false;
      PLUMB_TRY(tree->set(path, value));
    }
    for (const TreePath& path : removed_) {
      PLUMB_TRY_ASSIGN(const std::optional<TreeValue> there, tree->value_at(path));
      if (!there) continue;
      note(found, path, there->value);
      any = true;
      result.holds = false;
      PLUMB_TRY(tree->remove(path));
    }
    if (any) result.found = std::move(found);
    if (any || !wanted_.empty()) result.wanted = std::move(wanted);
    result.text = result.holds ? std::string(text) : tree->text();
    return result;
  }

 private:
  TreeEditor(std::string format, const SealedLines& known) : format_(std::move(format)), known_(known) {}

  void add_merged(const TreePath& above, const Json& map) {
    for (const auto& [name, value] : map.items()) {
      TreePath path = above;
      path.push_back(name);
      if (value.is_object()) {
        add_merged(path, value);
      } else {
        wanted_.emplace_back(std::move(path), value);
      }
    }
  }

  std::string format_;
  const SealedLines& known_;
  std::vector<std::pair<TreePath, Json>> wanted_;
  std::vector<TreePath> removed_;
};

}  // namespace

Result<EditResult> make_one(const TreeEdit& edit, std::string_view text, const KeyedDigestOf&,
                            const SealedLines& sealed) {
  PLUMB_TRY_ASSIGN(const TreeEditor editor, TreeEditor::of(edit, sealed));
  return settled(text, sealed, [&](std::string_view before) { return editor.once(before); });
}

}  // namespace plumb
