#include "testdata/meet/bench.h"

#include <fstream>

#include "engine/run/project_key.h"
#include "providers/sdk/builtin.h"
#include "testdata/meet/getting.h"

namespace plumb::meet {

namespace fs = std::filesystem;

Bench::Bench(const fs::path& folder)
    : project_(folder / "project"),
      image_((fs::create_directories(folder / "image"), folder / "image")),
      kinds_(described_builtin_kinds()),
      history_(folder / "history.db"),
      executor_(folder / "image") {
  fs::create_directories(project_);
}

void Bench::set(const Case& one) {
  image_.reset(one.start);
  set_project(one);
  std::ofstream(project_ / "one.txt", std::ios::binary) << "one\n";
  write_archive(project_ / "one.tar");
  fs::create_directories(project_ / "tree" / "inner");
  for (const char* name : {"a.txt", "inner/c"}) std::ofstream(project_ / "tree" / name) << name << "\n";
}

void Bench::set_project(const Case& one, bool reversed) {
  std::ofstream(project_ / "plumb.yaml", std::ios::binary) << project_text(one, reversed);
}

std::unique_ptr<run::Workspace> Bench::load(Diagnostics& found, lang::SourceMap& sources) {
  run::WorkspaceRequest request;
  request.folder = project_;
  return run::Workspace::load(request, kinds_, history_, found, sources);
}

run::ApplyRequest Bench::request() {
  run::ApplyRequest made;
  made.run = run::new_run_id() + "-" + std::to_string(++runs_);
  made.operator_name = "meet";
  return made;
}

run::RunContext Bench::context(const Case& one, run::Control& control, Diagnostics& found, run::RunObserver observer) {
  run::RunContext made{history_, executor_, control, {}, std::move(observer), nullptr};
  if (!one.live) made.fleet.root = image_.folder().string();
  made.findings = [&found](const Diagnostics& said) { found.extend(said); };
  return made;
}

}  // namespace plumb::meet
