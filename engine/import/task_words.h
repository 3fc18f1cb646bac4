// What the keywords of a task say.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/import/task.h"

namespace plumb::imports {

inline bool one_of(const std::string& text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Of a keyword that may be missing (null): whether it is there and says so outright.
bool says_no(const lang::Node* node);
bool says_yes(const lang::Node* node);

// Why a task does not run on the host itself; empty where it does.
std::string why_delegated(const Task& one);

// What a task is tried again for. Statuses are those of an answer, with commas between them.
struct Until {
  enum class What { kNothing, kSuccess, kAnswers, kThere, kGone, kOther } what = What::kNothing;
  std::string statuses = {};
};
Until until_of(const Task& one);

// Throws Untranslatable of a task that runs only where somebody asks for it.
void refuse_never(const Task& one);

}  // namespace plumb::imports
