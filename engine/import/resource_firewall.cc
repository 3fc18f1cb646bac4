// Rules of ufw, firewalld and iptables.
#include <map>

#include "engine/base/ascii.h"
#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Entry;
using lang::Node;

// What a rule matches or does, in the words of nft.
struct NftWords {
  std::string text;

  void add(const std::string& words) { text += (text.empty() ? "" : " ") + words; }
  // `! x` is what is not x.
  void match(const std::string& subject, std::string value) {
    const bool negated = value.starts_with('!');
    if (negated) value.erase(0, value.find_first_not_of("! "));
    add(subject + (negated ? " != " : " ") + value);
  }
};

}  // namespace

// What the attributes of a rule cannot say: addresses that are translated, what is not meant, names with a `+`.
bool Builder::needs_nft() const {
  const Node* table = task_.argument({"table"});
  if (table != nullptr && table->text == "nat") return true;
  for (const char* parameter : {"source", "destination", "in_interface", "out_interface", "destination_port"}) {
    const Node* value = task_.argument({parameter});
    if (value != nullptr && (value->text.starts_with('!') || value->text.ends_with('+'))) return true;
  }
  return false;
}

void Builder::nft_rule(Item& item, Names& local) {
  NftWords rule;
  const std::string ip = is({"ip_version"}, "ipv6") ? "ip6" : "ip";
  const auto given_text = [&](const char* parameter) {
    const Node* value = task_.argument({parameter});
    ignore({parameter});
    return value == nullptr ? std::string() : translate_text(value->text, local).text;
  };
  const auto match = [&](const std::string& subject, std::string value) {
    if (!value.empty()) rule.match(subject, std::move(value));
  };
  for (const auto& [parameter, subject] :
       {std::pair("in_interface", "iifname"), std::pair("out_interface", "oifname")}) {
    std::string name = given_text(parameter);
    if (name.empty()) continue;
    const bool negated = name.starts_with('!');
    if (negated) name.erase(0, name.find_first_not_of("! "));
    if (name.ends_with('+')) name.back() = '*';
    rule.match(subject, (negated ? "!" : "") + ("\"" + name + "\""));
  }
  match(ip + " saddr", given_text("source"));
  match(ip + " daddr", given_text("destination"));
  const std::string protocol = given_text("protocol");
  std::string from = given_text("source_port");
  std::string to = given_text("destination_port");
  for (std::string* port : {&from, &to}) {
    if (const std::size_t colon = port->find(':'); colon != std::string::npos && port->find("${") == std::string::npos)
      (*port)[colon] = '-';
  }
  if (protocol.empty() && !(from.empty() && to.empty())) throw Untranslatable{"a port without its `protocol`"};
  match(protocol + " sport", from);
  match(protocol + " dport", to);
  if (!protocol.empty() && from.empty() && to.empty()) rule.add("meta l4proto " + protocol);
  if (const Node* states = task_.argument({"ctstate"})) {
    std::string list;
    for (const std::string& one : texts_of(states)) list += (list.empty() ? "" : ", ") + lowered(one);
    rule.add("ct state { " + list + " }");
  }
  const std::string jump = given_text("jump");
  static const std::map<std::string, std::string> kPlain = {
      {"ACCEPT", "accept"}, {"DROP", "drop"}, {"REJECT", "reject"}, {"RETURN", "return"}, {"MASQUERADE", "masquerade"}};
  if (const auto plain = kPlain.find(jump); plain != kPlain.end()) {
    rule.add(plain->second);
  } else if (jump == "SNAT") {
    rule.add("snat " + ip + " to " + given_text("to_source"));
  } else if (jump == "DNAT") {
    rule.add("dnat " + ip + " to " + given_text("to_destination"));
  } else if (jump == "REDIRECT") {
    rule.add("redirect to :" + given_text("to_ports"));
  } else {
    throw Untranslatable{"`jump: " + jump + "`"};
  }
  const std::string chain = lowered(given_text("chain"));
  const bool translates = is({"table"}, "nat");
  if (translates && chain != "prerouting" && chain != "postrouting")
    throw Untranslatable{"the chain `" + chain + "` of the table `nat`"};
  item.put("expression", Written::of_text(rule.text));
  item.put("chain", Written::of_text(chain));
}

void Builder::iptables(Item& item, Names& local) {
  if (given({"flush"}) || given({"policy"})) throw Untranslatable{"chains of iptables as a whole (`firewall: policy`)"};
  ignore({"chain", "jump", "ip_version", "ctstate", "match", "table", "action", "syn", "state", "wait", "rule_num"});
  const Node* table = task_.argument({"table"});
  if (table != nullptr && table->text != "filter" && table->text != "nat")
    throw Untranslatable{"the table `" + table->text + "` (`expression`)"};
  const auto put = [&](const char* attribute, std::initializer_list<std::string_view> names) {
    if (auto value = take(names, Form::kText, local); value && !value->text.empty()) item.put(attribute, *value);
  };
  put("comment", {"comment"});
  if (is({"state"}, "absent")) item.put("state", Written::of_text("absent"));
  if (needs_nft()) return nft_rule(item, local);
  if (const Node* jump = task_.argument({"jump"}))
    item.put("action", mapped(*jump, "ACCEPT=allow,DROP=deny,REJECT=reject", local));
  const Node* chain = task_.argument({"chain"});
  if (chain != nullptr) item.put("direction", mapped(*chain, "INPUT=in,OUTPUT=out,FORWARD=forward", local));
  put("protocol", {"protocol"});
  put("port", {"destination_port"});
  put("source_port", {"source_port"});
  put("source", {"source"});
  put("destination", {"destination"});
  put("interface", {"in_interface"});
  put(chain != nullptr && chain->text == "OUTPUT" ? "interface" : "out_interface", {"out_interface"});
  if (const Node* version = task_.argument({"ip_version"}))
    item.put("family", mapped(*version, "ipv4=ipv4,ipv6=ipv6", local));
  if (const Node* states = task_.argument({"ctstate"})) {
    std::vector<std::string> list;
    for (const std::string& one : texts_of(states)) list.push_back(lowered(one));
    item.put("states", Written::of_texts(list));
  }
}

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
    iptables(*item, local);
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
