// A rule of iptables on the way to a `firewall`.
#pragma once

#include "engine/import/resource.h"

namespace plumb::imports {

class IptablesRule {
 public:
  // The rule that the builder's task is about.
  IptablesRule(Builder& builder, Names& names) : builder_(builder), names_(names) {}
  // Says it by the item's attributes. Throws Untranslatable.
  void put_into(Item& item);

 private:
  bool needs_nft() const;
  void put_expression(Item& item);

  Builder& builder_;
  Names& names_;
};

}  // namespace plumb::imports
