#include "providers/sdk/managers.h"

#include <algorithm>
#include <array>

namespace plumb {

bool FixedQuestion::is(const ProcessRequest& request) const {
  const std::vector<std::string>& argv = request.argv;
  if (!request.env.empty() || !request.user.empty() || !request.stdin_text.empty()) return false;
  if (argv.size() < 2 || argv[0] != program || argv[1] != verb) return false;
  return std::all_of(argv.begin() + 2, std::find(argv.begin() + 2, argv.end(), "--"), [this](const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  });
}

Result<bool> PackageManager::shares_folder(const std::string& folder, System& /*system*/) const {
  // What is below these is nobody's but the host's own.
  constexpr std::array<std::string_view, 7> kOwn = {"/home", "/media", "/mnt", "/root", "/srv", "/tmp", "/usr/local"};
  return std::none_of(kOwn.begin(), kOwn.end(), [&](std::string_view own) {
    return folder.starts_with(own) && (folder.size() == own.size() || folder[own.size()] == '/');
  });
}

const PackageManager* Managers::packages(std::string_view name) const {
  const auto found =
      std::find_if(packages_.begin(), packages_.end(), [&](const PackageManager* one) { return one->name() == name; });
  return found == packages_.end() ? nullptr : *found;
}

Result<const PackageManager*> Managers::packages_of(System& system) const {
  return first_of(all_packages(), [&](const PackageManager& one) { return one.manages(system); });
}

Result<const ServiceManager*> Managers::services(std::string_view name, System& system) const {
  return first_of(all_services(), [&](const ServiceManager& one) {
    return name.empty() ? one.starts(system) : Result<bool>(one.name() == name);
  });
}

const FirewallManager* Managers::firewalls(std::string_view name) const {
  const auto found = std::find_if(firewalls_.begin(), firewalls_.end(),
                                  [&](const FirewallManager* one) { return one->name() == name; });
  return found == firewalls_.end() ? nullptr : *found;
}

Json Managers::facts(System& system) const {
  Json facts = Json::object();
  for (const auto& [name, read] : facts_) facts[name] = read(system);
  return facts;
}

bool Managers::is_fixed_question(const ProcessRequest& request) const {
  const auto asks = [&request](const auto* manager) {
    const std::optional<FixedQuestion> question = manager->fixed_question();
    return question && question->is(request);
  };
  return std::any_of(packages_.begin(), packages_.end(), asks) || std::any_of(services_.begin(), services_.end(), asks);
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string last_lines(std::string_view text, std::size_t lines) {
  std::size_t end = text.size();
  while (end > 0 && text[end - 1] == '\n') --end;
  std::size_t begin = end;
  while (begin > 0 && lines > 0) {
    const std::size_t before = text.rfind('\n', begin - 1);
    begin = before == std::string_view::npos ? 0 : before;
    --lines;
  }
  if (begin < end && text[begin] == '\n') ++begin;
  return std::string(text.substr(begin, end - begin));
}

}  // namespace plumb
