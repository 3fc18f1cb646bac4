// Rules of iptables: by the attributes of a rule, or, where these cannot say it, as an expression of nft.
#include "engine/import/resource_iptables.h"

#include <map>

#include "engine/base/ascii.h"
#include "engine/import/expression.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

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
bool IptablesRule::needs_nft() const {
  const Node* table = builder_.task_.argument({"table"});
  if (table != nullptr && table->text == "nat") return true;
  for (const char* parameter : {"source", "destination", "in_interface", "out_interface", "destination_port"}) {
    const Node* value = builder_.task_.argument({parameter});
    if (value != nullptr && (value->text.starts_with('!') || value->text.ends_with('+'))) return true;
  }
  return false;
}

void IptablesRule::put_expression(Item& item) {
  NftWords rule;
  const std::string ip = builder_.is({"ip_version"}, "ipv6") ? "ip6" : "ip";
  const auto given_text = [&](const char* parameter) {
    const Node* value = builder_.task_.argument({parameter});
    builder_.ignore({parameter});
    return value == nullptr ? std::string() : translate_text(value->text, names_).text;
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
  if (const Node* states = builder_.task_.argument({"ctstate"})) {
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
  const bool translates = builder_.is({"table"}, "nat");
  if (translates && chain != "prerouting" && chain != "postrouting")
    throw Untranslatable{"the chain `" + chain + "` of the table `nat`"};
  item.put("expression", Written::of_text(rule.text));
  item.put("chain", Written::of_text(chain));
}

void IptablesRule::put_into(Item& item) {
  if (builder_.given({"flush"}) || builder_.given({"policy"}))
    throw Untranslatable{"chains of iptables as a whole (`firewall: policy`)"};
  builder_.ignore(
      {"chain", "jump", "ip_version", "ctstate", "match", "table", "action", "syn", "state", "wait", "rule_num"});
  const Node* table = builder_.task_.argument({"table"});
  if (table != nullptr && table->text != "filter" && table->text != "nat")
    throw Untranslatable{"the table `" + table->text + "` (`expression`)"};
  const auto put = [&](const char* attribute, std::initializer_list<std::string_view> names) {
    if (auto value = builder_.take(names, Form::kText, names_); value && !value->text.empty())
      item.put(attribute, *value);
  };
  put("comment", {"comment"});
  if (builder_.is({"state"}, "absent")) item.put("state", Written::of_text("absent"));
  if (needs_nft()) return put_expression(item);
  if (const Node* jump = builder_.task_.argument({"jump"}))
    item.put("action", builder_.mapped(*jump, "ACCEPT=allow,DROP=deny,REJECT=reject", names_));
  const Node* chain = builder_.task_.argument({"chain"});
  if (chain != nullptr) item.put("direction", builder_.mapped(*chain, "INPUT=in,OUTPUT=out,FORWARD=forward", names_));
  put("protocol", {"protocol"});
  put("port", {"destination_port"});
  put("source_port", {"source_port"});
  put("source", {"source"});
  put("destination", {"destination"});
  put("interface", {"in_interface"});
  put(chain != nullptr && chain->text == "OUTPUT" ? "interface" : "out_interface", {"out_interface"});
  if (const Node* version = builder_.task_.argument({"ip_version"}))
    item.put("family", builder_.mapped(*version, "ipv4=ipv4,ipv6=ipv6", names_));
  if (const Node* states = builder_.task_.argument({"ctstate"})) {
    std::vector<std::string> list;
    for (const std::string& one : texts_of(states)) list.push_back(lowered(one));
    item.put("states", Written::of_texts(list));
  }
}

}  // namespace plumb::imports
