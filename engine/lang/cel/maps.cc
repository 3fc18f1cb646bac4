// Maps laid over each other.
#include "engine/lang/cel/library.h"

namespace plumb::cel {
namespace {

// Both are in the order of keys, and so is what comes of them.
Value merged(const Value& under, const Value& over, bool deep, Budget& budget) {
  const std::span<const MapEntry> a = under.as_map();
  const std::span<const MapEntry> b = over.as_map();
  if (!budget.allocate((a.size() + b.size()) * sizeof(MapEntry))) return cost_exceeded();
  std::vector<MapEntry> entries;
  entries.reserve(a.size() + b.size());
  std::size_t i = 0;
  for (const MapEntry& entry : b) {
    while (i < a.size() && key_less(a[i].key, entry.key)) entries.push_back(a[i++]);
    if (i == a.size() || key_less(entry.key, a[i].key)) {
      entries.push_back(entry);
      continue;
    }
    const Value& below = a[i++].value;
    if (deep && below.is(Kind::kMap) && entry.value.is(Kind::kMap)) {
      Value both = merged(below, entry.value, deep, budget);
      if (both.is_error()) return both;
      entries.push_back({entry.key, std::move(both)});
    } else {
      entries.push_back(entry);
    }
  }
  entries.insert(entries.end(), a.begin() + static_cast<std::ptrdiff_t>(i), a.end());
  return Value::sorted_map(std::move(entries));
}

Value merge(Call& call) {
  return merged(call[0], call[1], false, call.budget);
}
Value merge_deep(Call& call) {
  return merged(call[0], call[1], true, call.budget);
}

}  // namespace

void add_maps(FunctionTable& table) {
  table.add("map(K, V).merge(map(K, V)) -> map(K, V)", merge,
            "The entries of both maps; where a key stands in both, the second one's");
  table.add("map(K, V).mergeDeep(map(K, V)) -> map(K, V)", merge_deep,
            "The same, and maps that stand under one key in both are merged in turn; lists are not");
}

}  // namespace plumb::cel
