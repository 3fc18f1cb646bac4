// Rules of ufw and firewalld, and what all rules are called.
#include <map>

#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/resource_iptables.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Node;

}  // namespace

void Builder::firewall(Unit::Turn& turn, const Cel& when, const std::vector<const Item*>& changes) {
  LocalNames& local = *turn.names;
  auto item = start("firewall", turn, when);
  std::string name;
  const auto put = [&](const char* attribute, std::initializer_list<std::string_view> names) {
    if (auto value = take(names, Form::kText, local); value && value->text != "any" && !value->text.empty())
      item->put(attribute, *value);
  };
  if (task_.module == "ufw") {
    const Node* policy = task_.argument({"policy", "default"});
    const Node* state = task_.argument({"state"});
    ignore({"policy", "default", "state", "name", "app", "insert", "insert_relative_to", "delete"});
    if (policy != nullptr || (state != nullptr && !given({"rule", "port", "to_port"}))) {
      identify(*item, "firewall", Written::of_text("policy"), turn);
      const std::string direction = text({"direction"}, local);
      if (policy != nullptr) {
        const char* attribute = direction == "outgoing" ? "outgoing" : direction == "routed" ? "forwarded" : "incoming";
        item->put(attribute, mapped(*policy, "allow=allow,deny=deny,reject=reject", local));
      }
      if (state != nullptr && (state->text == "reloaded" || state->text == "reset"))
        throw Untranslatable{"`state: " + state->text +
                             "`: rules are loaded by themselves, and what is not ours stays"};
      if (state != nullptr) item->put("enabled", Written::of_plain(state->text == "enabled" ? "true" : "false"));
      if (auto logging = take({"logging"}, Form::kText, local)) item->put("logging", *logging);
      item->put("manager", Written::of_text("ufw"));
      Item* there = unit_.service_of("firewall policy", around_.guard.text);
      if (there != nullptr && turn.for_each.empty() && when.text == "true") {
        for (const auto& [attribute, value] : item->keys) there->put(attribute, value);
        return;
      }
      Item* kept = item.get();
      finish(std::move(item), turn, changes);
      if (turn.for_each.empty() && when.text == "true")
        unit_.services_["firewall policy"].emplace_back(around_.guard.text, kept);
      return;
    }
    if (const Node* rule = task_.argument({"rule"}))
      item->put("action", mapped(*rule, "allow=allow,deny=deny,reject=reject,limit=limit", local));
    ignore({"rule"});
    if (const Node* named = task_.argument({"name", "app"})) {
      const std::string profile = translate_text(named->text, local).text;
      static const std::map<std::string, std::string> kProfiles = {{"OpenSSH", "ssh"},     {"ssh", "ssh"},
                                                                   {"http", "http"},       {"https", "https"},
                                                                   {"Nginx HTTP", "http"}, {"Nginx HTTPS", "https"}};
      const auto known = kProfiles.find(profile);
      if (known == kProfiles.end()) throw Untranslatable{"ufw's application profile `" + profile + "`: its ports"};
      item->put("service", Written::of_text(known->second));
      name = known->second;
    }
    put("port", {"port", "to_port"});
    put("protocol", {"proto", "protocol"});
    put("source", {"src", "from_ip", "from"});
    put("source_port", {"from_port"});
    put("destination", {"dest", "to_ip", "to"});
    put("interface", {"interface", "interface_in"});
    put("comment", {"comment"});
    if (const Node* direction = task_.argument({"direction"}))
      item->put("direction", mapped(*direction, "in=in,out=out,incoming=in,outgoing=out", local));
    ignore({"direction", "route", "log"});
    if (is({"delete"}, "true") || is({"delete"}, "yes")) item->put("state", Written::of_text("absent"));
    item->put("manager", Written::of_text("ufw"));
  } else if (task_.module == "firewalld") {
    ignore({"permanent", "immediate", "offline", "timeout"});
    put("zone", {"zone"});
    if (given({"interface", "masquerade", "icmp_block", "target"}))
      throw Untranslatable{"firewalld's zones themselves (`interface`, `masquerade`)"};
    if (const Node* port = task_.argument({"port"})) {
      const Text whole = translate_text(port->text, local);
      const std::size_t slash = whole.text.rfind('/');
      if (slash != std::string::npos && whole.text.find('}', slash) == std::string::npos) {
        item->put("port", Written::of_text(whole.text.substr(0, slash)));
        item->put("protocol", Written::of_text(whole.text.substr(slash + 1)));
      } else {
        item->put("port", Written::of_text("${" + text_of(text_expression(port->text, local)) + ".split('/')[0]}"));
        item->put("protocol", Written::of_text("${" + text_of(text_expression(port->text, local)) + ".split('/')[1]}"));
      }
      name = whole.text;
    }
    ignore({"port"});
    if (const Node* service = task_.argument({"service"})) {
      item->put("service", write(*service, Form::kText, local));
      name = translate_text(service->text, local).text;
    }
    ignore({"service"});
    put("source", {"source"});
    put("expression", {"rich_rule"});
    if (const Node* state = task_.argument({"state"})) {
      Written wanted = mapped(*state, "enabled=present,disabled=absent,present=present,absent=absent", local);
      if (wanted.text != "present") item->put("state", std::move(wanted));
    }
    ignore({"state"});
    item->put("manager", Written::of_text("firewalld"));
  } else {
    if (given({"flush"}) || given({"policy"}))
      throw Untranslatable{"chains of iptables as a whole (`firewall: policy`)"};
    IptablesRule(*this, local).put_into(*item);
  }
  if (name.empty()) {
    const Written* port = item->find("port");
    const Written* protocol = item->find("protocol");
    if (port != nullptr) name = port->text + (protocol == nullptr ? "" : "/" + protocol->text);
    if (const Written* source = item->find("source")) name += (name.empty() ? "from " : " from ") + source->text;
    if (name.empty()) name = slug(task_.name);
  }
  identify(*item, "firewall", Written::of_text(name), turn);
  finish(std::move(item), turn, changes);
}

}  // namespace plumb::imports
