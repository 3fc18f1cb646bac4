#include "engine/config/body_declarations.h"

#include <algorithm>

#include "engine/base/noted_files.h"
#include "engine/base/pool.h"

namespace plumb::config {
namespace {

using lang::Node;

// So many resources are worth the threads that share them.
constexpr std::size_t kMany = 64;

bool is_resource(const Node& node) {
  return node.is_map() && !node.entries.empty() && !is_use(node);
}

// The lines that a node stands in, and the empty ones behind them: a block text says what it says by those as well, and
// by whether its last line has an end.
std::string_view lines_of(const SourceSpan& span, const lang::SourceMap& sources) {
  const std::optional<std::string_view> first = sources.line(span.file, span.line);
  const std::optional<std::string_view> last = sources.line(span.file, std::max(span.line, span.end_line));
  if (!first || !last) return {};
  const std::string_view all = sources.text(span.file);
  const auto begin = static_cast<std::size_t>(first->data() - all.data());
  const std::size_t behind = static_cast<std::size_t>(last->data() - all.data()) + last->size();
  const std::size_t next = all.find_first_not_of(" \t\r\n", behind);
  const std::size_t end = next == std::string_view::npos ? all.size() : all.rfind('\n', next) + 1;
  return all.substr(begin, end - begin);
}

class BodyReader {
 public:
  BodyReader(const std::vector<BodyEntry>& entries, const ModuleFolder& folder, const std::vector<ParsedBlock>& blocks,
             const lang::SourceMap& sources)
      : entries_(entries), folder_(folder), blocks_(blocks), sources_(sources), read_(entries.size()) {}

  std::vector<std::optional<BodyDeclaration>> run(KindRules& rules, KeptModule* kept) {
    KeptBody* body = kept == nullptr || entries_.empty() ? nullptr : &kept->bodies[entries_.front().node->span.file];
    if (body != nullptr) take_kept(*body);
    read_left(rules);
    if (body != nullptr) keep(*body);
    return std::move(read_);
  }

 private:
  // Calls `visit(begin, end)` for what each entry of `resources` comes to. Those of a list were spread: they follow
  // each other and have one place.
  template <class Visit>
  void each_item(const Visit& visit) const {
    for (std::size_t begin = 0, end = 0; begin < entries_.size(); begin = end) {
      for (end = begin + 1; end < entries_.size() && entries_[end].item->span == entries_[begin].item->span;) ++end;
      visit(begin, end);
    }
  }

  // Of many in one line, each would be kept with all the others.
  bool has_own_lines(std::size_t begin, std::size_t end) const {
    const SourceSpan& span = entries_[begin].item->span;
    return (begin == 0 || entries_[begin - 1].item->span.end_line < span.line) &&
           (end == entries_.size() || entries_[end].item->span.line > span.end_line);
  }

  void take_kept(const KeptBody& body) {
    each_item([&](std::size_t begin, std::size_t end) {
      const Node& item = *entries_[begin].item;
      const auto found = body.find({item.span.line, item.span.column});
      if (found == body.end()) return;
      const KeptEntry& known = found->second;
      const bool same = known.span == item.span && known.flow == item.flow &&
                        known.declarations.size() == end - begin && known.text == lines_of(item.span, sources_);
      for (std::size_t i = begin; same && i < end; ++i) {
        const std::optional<BodyDeclaration>& one = known.declarations[i - begin];
        // Blocks are counted in the whole module.
        if (one && (one->written == nullptr || one->written->block == entries_[i].block)) read_[i] = one;
      }
    });
  }

  void keep(KeptBody& body) const {
    KeptBody now;
    each_item([&](std::size_t begin, std::size_t end) {
      if (!has_own_lines(begin, end)) return;
      const Node& item = *entries_[begin].item;
      KeptEntry entry{item.span, item.flow, std::string(lines_of(item.span, sources_)), {}};
      for (std::size_t i = begin; i < end; ++i) {
        const bool lasts = read_[i] && !read_[i]->looked_at_files;
        entry.declarations.push_back(lasts ? read_[i] : std::nullopt);
      }
      now.insert_or_assign({item.span.line, item.span.column}, std::move(entry));
    });
    body = std::move(now);
  }

  // All that is there and was not kept: a group at a time, by rules of its own.
  void read_left(KindRules& rules) {
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!read_[i] && is_resource(*entries_[i].node)) left.push_back(i);
    }
    const auto read = [&](std::size_t begin, std::size_t end, KindRules& own_rules) {
      NotedFiles files(folder_.project.files());
      const ModuleFolder folder{Folder(files, folder_.project.path()), folder_.relative};
      for (std::size_t i = begin; i < end; ++i) {
        const BodyEntry& entry = entries_[left[i]];
        ReadDeclaration one = read_declaration(*entry.node, folder, own_rules, sources_);
        if (one.declaration) put_in_block(*one.declaration, entry.block, blocks_);
        read_[left[i]] = BodyDeclaration{
            one.declaration ? std::make_shared<const ParsedDeclaration>(std::move(*one.declaration)) : nullptr,
            std::move(one.diagnostics), std::move(one.sources), files.was_asked()};
      }
    };
    if (left.size() < kMany) return read(0, left.size(), rules);
    const std::size_t size = std::clamp(left.size() / (4 * core_count()), kMany / 4, std::size_t{16} * kMany);
    compute_each((left.size() + size - 1) / size, [&](std::size_t group) {
      KindRules own_rules(rules.kinds());
      read(group * size, std::min((group + 1) * size, left.size()), own_rules);
    });
  }

  const std::vector<BodyEntry>& entries_;
  const ModuleFolder& folder_;
  const std::vector<ParsedBlock>& blocks_;
  const lang::SourceMap& sources_;
  std::vector<std::optional<BodyDeclaration>> read_;
};

}  // namespace

std::vector<std::optional<BodyDeclaration>> read_body_declarations(const std::vector<BodyEntry>& entries,
                                                                   const ModuleFolder& folder, KindRules& rules,
                                                                   const std::vector<ParsedBlock>& blocks,
                                                                   const lang::SourceMap& sources, KeptModule* kept) {
  return BodyReader(entries, folder, blocks, sources).run(rules, kept);
}

}  // namespace plumb::config
