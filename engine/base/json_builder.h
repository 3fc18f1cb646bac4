// Builds a document from what a parser finds (internal to this folder).
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json.h"

namespace plumb {

// Stops at what I-JSON forbids.
class StrictBuilder {
 public:
  StrictBuilder(int depth, std::size_t values) : max_depth_(depth), values_left_(values) {}

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(std::int64_t value) { return put(value); }
  bool number_unsigned(std::uint64_t value) { return put(value); }
  // `text` is how it was written.
  bool number_float(double value, std::string_view text) {
    if (!std::isfinite(value)) return stop("number `" + std::string(text) + "` is past the range of a double");
    return put(value);
  }
  // Texts are taken away.
  bool string(std::string& value) {
    if (!valid_utf8(value)) return stop("a string is not valid UTF-8");
    return put(std::move(value));
  }
  bool binary(Json::binary_t& value) { return put(Json::binary(std::move(value))); }
  bool start_object() { return open(Json::object()); }
  bool key(std::string& value) {
    if (!valid_utf8(value)) return stop("a name is not valid UTF-8");
    auto& members = stack_.back()->get_ref<Json::object_t&>();
    // Names mostly come in order, so that the end is where the next one goes.
    const std::size_t before = members.size();
    const auto slot = members.try_emplace(members.end(), std::move(value));
    if (members.size() == before) return stop("the name `" + slot->first + "` stands twice in one object");
    slot_ = &slot->second;
    return true;
  }
  bool end_object() { return close(); }
  // `count` items are expected; no more than there is room for anyway.
  bool start_array(std::size_t count = kUnknownCount) {
    if (!open(Json::array())) return false;
    if (count != kUnknownCount) stack_.back()->get_ref<Json::array_t&>().reserve(count);
    return true;
  }
  bool end_array() { return close(); }

  // False. The first problem is the one that is told.
  bool stop(std::string why) {
    if (problem.empty()) problem = std::move(why);
    return false;
  }

  Json root;
  std::string problem;

 private:
  static constexpr std::size_t kUnknownCount = static_cast<std::size_t>(-1);

  // Null where it is one too many.
  Json* place(Json value) {
    if (values_left_ == 0) {
      stop("it holds too many values");
      return nullptr;
    }
    --values_left_;
    if (stack_.empty()) {
      root = std::move(value);
      return &root;
    }
    if (stack_.back()->is_array()) {
      stack_.back()->push_back(std::move(value));
      return &stack_.back()->back();
    }
    *slot_ = std::move(value);
    return slot_;
  }
  bool put(Json value) { return place(std::move(value)) != nullptr; }
  bool open(Json container) {
    if (static_cast<int>(stack_.size()) >= max_depth_) return stop("nested too deeply");
    Json* placed = place(std::move(container));
    if (placed != nullptr) stack_.push_back(placed);
    return placed != nullptr;
  }
  bool close() {
    stack_.pop_back();
    return true;
  }

  int max_depth_;
  std::size_t values_left_;
  std::vector<Json*> stack_;
  Json* slot_ = nullptr;
};

}  // namespace plumb
