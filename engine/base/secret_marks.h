// What a text looks like that holds a secret: private keys, hashes of passwords, tokens, and settings that are called
// passwords. For what is taken from hosts and written where others may read it. It rather takes too much for a secret
// than too little.
#pragma once

#include <string_view>

namespace plumb {

// What it holds, for people: "a private key"; "" for nothing that is known.
std::string_view secret_in(std::string_view text);

}  // namespace plumb
