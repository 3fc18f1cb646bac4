#include "engine/lang/cel/value.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "engine/lang/cel/fault.h"

namespace plumb::cel {

// The bytes stand behind the object, in the same allocation.
struct Value::Text : Object {
  explicit Text(std::size_t count) : size(count) {}
  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  std::size_t size;
};
struct Value::List : Object {
  std::vector<Value> items;
};
struct Value::Map : Object {
  std::vector<MapEntry> entries;
};
struct Value::TypeName : Object {
  std::string name;
};
struct Value::Optional : Object {
  Value value;
  bool present = false;
};
struct Value::Network : Object {
  IpAddress address;
};
struct Value::Failure : Object {
  ErrorInfo info;
};

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::kUnset:
      return "unset";
    case Kind::kNull:
      return "null_type";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kUint:
      return "uint";
    case Kind::kDouble:
      return "double";
    case Kind::kDuration:
      return "google.protobuf.Duration";
    case Kind::kTimestamp:
      return "google.protobuf.Timestamp";
    case Kind::kString:
      return "string";
    case Kind::kBytes:
      return "bytes";
    case Kind::kList:
      return "list";
    case Kind::kMap:
      return "map";
    case Kind::kType:
      return "type";
    case Kind::kOptional:
      return "optional_type";
    case Kind::kIp:
      return "net.IP";
    case Kind::kCidr:
      return "net.CIDR";
    case Kind::kError:
      return "error";
  }
  return {};
}

void Value::release() noexcept {
  if (object_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
}

void Value::destroy() noexcept {
  switch (kind_) {
    case Kind::kString:
    case Kind::kBytes: {
      auto* text = static_cast<Text*>(object_);
      text->~Text();
      ::operator delete(text);
      return;
    }
    case Kind::kList:
      delete static_cast<List*>(object_);
      return;
    case Kind::kMap:
      delete static_cast<Map*>(object_);
      return;
    case Kind::kType:
      delete static_cast<TypeName*>(object_);
      return;
    case Kind::kOptional:
      delete static_cast<Optional*>(object_);
      return;
    case Kind::kIp:
    case Kind::kCidr:
      delete static_cast<Network*>(object_);
      return;
    case Kind::kError:
      delete static_cast<Failure*>(object_);
      return;
    default:
      return;
  }
}

Value Value::real(double value) {
  Value result(Kind::kDouble, std::int64_t{0});
  result.real_ = value;
  return result;
}

Value Value::timestamp(Timestamp time) {
  Value result(Kind::kTimestamp, time.seconds);
  result.nanos_ = time.nanos;
  return result;
}

Value Value::joined(Kind kind, std::string_view first, std::string_view second) {
  void* memory = ::operator new(sizeof(Text) + first.size() + second.size());
  Text* text = new (memory) Text(first.size() + second.size());
  if (!first.empty()) std::memcpy(text->data(), first.data(), first.size());
  if (!second.empty()) std::memcpy(text->data() + first.size(), second.data(), second.size());
  return Value(kind, text);
}

Value Value::text_of(std::span<const std::string_view> pieces, std::size_t size) {
  void* memory = ::operator new(sizeof(Text) + size);
  Text* text = new (memory) Text(size);
  char* end = text->data();
  for (const std::string_view piece : pieces) {
    if (!piece.empty()) std::memcpy(end, piece.data(), piece.size());
    end += piece.size();
  }
  return Value(Kind::kString, text);
}

namespace {

Value too_deep() {
  return Value::error(Code::kEvaluationFailed, "the value nests more than " + std::to_string(kMaxValueDepth) +
                                                   " lists and maps into each other");
}

}  // namespace

Value Value::list(std::vector<Value> items) {
  int depth = 0;
  for (const Value& item : items) depth = std::max(depth, item.depth());
  if (depth >= kMaxValueDepth) return too_deep();
  auto* list = new List;
  list->depth = static_cast<std::uint16_t>(depth + 1);
  list->items = std::move(items);
  return Value(Kind::kList, list);
}

Value Value::sorted_map(std::vector<MapEntry> entries) {
  int depth = 0;
  for (const MapEntry& entry : entries) depth = std::max(depth, entry.value.depth());
  if (depth >= kMaxValueDepth) return too_deep();
  auto* map = new Map;
  map->depth = static_cast<std::uint16_t>(depth + 1);
  map->entries = std::move(entries);
  return Value(Kind::kMap, map);
}

Value Value::record(std::vector<std::pair<std::string, Value>> fields) {
  MapBuilder builder;
  builder.reserve(fields.size());
  for (auto& field : fields) builder.add(string(field.first), std::move(field.second));
  return std::move(builder).finish();
}

Value Value::type(std::string_view name) {
  auto* type = new TypeName;
  type->name = name;
  return Value(Kind::kType, type);
}

Value Value::optional(Value value) {
  if (value.depth() >= kMaxValueDepth) return too_deep();
  auto* optional = new Optional;
  optional->depth = static_cast<std::uint16_t>(value.depth() + 1);
  optional->value = std::move(value);
  optional->present = true;
  return Value(Kind::kOptional, optional);
}

Value Value::none() {
  return Value(Kind::kOptional, new Optional);
}

Value Value::network(Kind kind, const IpAddress& address) {
  auto* network = new Network;
  network->address = address;
  return Value(kind, network);
}

Value Value::error(Code code, std::string message, std::string hint) {
  auto* failure = new Failure;
  failure->info.code = code;
  failure->info.message = std::move(message);
  failure->info.hint = std::move(hint);
  return Value(Kind::kError, failure);
}

std::string_view Value::as_text() const {
  const auto* text = static_cast<const Text*>(object_);
  return {text->data(), text->size};
}

std::span<const Value> Value::as_list() const {
  return static_cast<const List*>(object_)->items;
}

std::span<const MapEntry> Value::as_map() const {
  return static_cast<const Map*>(object_)->entries;
}

std::string_view Value::as_type() const {
  return static_cast<const TypeName*>(object_)->name;
}

bool Value::has_optional() const {
  return static_cast<const Optional*>(object_)->present;
}

const Value& Value::as_optional() const {
  return static_cast<const Optional*>(object_)->value;
}

const IpAddress& Value::as_ip() const {
  return static_cast<const Network*>(object_)->address;
}

const Value::ErrorInfo& Value::as_error() const {
  return static_cast<const Failure*>(object_)->info;
}

Value Value::at(std::uint32_t begin, std::uint32_t end) && {
  // An error is made and placed by one evaluation, before anything else can hold it.
  auto& info = static_cast<Failure*>(object_)->info;
  if (!info.placed) {
    info.begin = begin;
    info.end = end;
    info.placed = true;
  }
  return std::move(*this);
}

int Value::depth() const {
  return kind_ == Kind::kList || kind_ == Kind::kMap || kind_ == Kind::kOptional ? object_->depth : 0;
}

const Value* Value::find(std::string_view key) const {
  if (kind_ != Kind::kMap) return nullptr;
  const std::span<const MapEntry> entries = as_map();
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), key, [](const MapEntry& entry, std::string_view k) {
        return entry.key.kind() != Kind::kString || entry.key.as_text() < k;
      });
  if (found == entries.end() || found->key.as_text() != key) return nullptr;
  return &found->value;
}

namespace {

// The integer that a double is, exactly; null where it is none.
Value whole_number(double value) {
  if (value >= -0x1p63 && value < 0x1p63) {
    const auto integer = static_cast<std::int64_t>(value);
    return static_cast<double>(integer) == value ? Value::integer(integer) : Value::null();
  }
  if (value < 0x1p63 || value >= 0x1p64) return Value::null();
  return Value::unsigned_integer(static_cast<std::uint64_t>(value));
}

}  // namespace

const Value* Value::find(const Value& key) const {
  if (key.kind() == Kind::kString) return find(key.as_text());
  if (key.kind() == Kind::kDouble) return find(whole_number(key.as_double()));
  if (kind_ != Kind::kMap) return nullptr;
  if (key.kind() != Kind::kBool && !key.is_number()) return nullptr;
  const std::span<const MapEntry> entries = as_map();
  const auto found = std::lower_bound(entries.begin(), entries.end(), key,
                                      [](const MapEntry& entry, const Value& k) { return key_less(entry.key, k); });
  if (found == entries.end() || key_less(key, found->key) || compare(key, found->key) != 0) return nullptr;
  return &found->value;
}

namespace {

int key_rank(const Value& key) {
  if (key.is(Kind::kBool)) return 0;
  return key.is_number() ? 1 : 2;
}

bool can_be_key(const Value& value) {
  return value.is(Kind::kBool) || value.is(Kind::kInt) || value.is(Kind::kUint) || value.is(Kind::kString);
}

}  // namespace

bool key_less(const Value& a, const Value& b) {
  const int rank = key_rank(a);
  if (rank != key_rank(b)) return rank < key_rank(b);
  if (rank == 2) return a.as_text() < b.as_text();
  return compare(a, b) < 0;
}

Value MapBuilder::finish() && {
  for (const MapEntry& entry : entries_) {
    if (can_be_key(entry.key)) continue;
    return Value::error(Code::kEvaluationFailed,
                        "a value of type " + std::string(type_name(entry.key.kind())) + " cannot be a key of a map");
  }
  const auto less = [](const MapEntry& a, const MapEntry& b) { return key_less(a.key, b.key); };
  if (!std::is_sorted(entries_.begin(), entries_.end(), less)) std::stable_sort(entries_.begin(), entries_.end(), less);
  const auto same = [&](const MapEntry& a, const MapEntry& b) { return !less(a, b) && !less(b, a); };
  const auto twice = std::adjacent_find(entries_.begin(), entries_.end(), same);
  if (twice != entries_.end()) {
    return Value::error(Code::kEvaluationFailed, "a key stands twice in one map");
  }
  return Value::sorted_map(std::move(entries_));
}

}  // namespace plumb::cel
