// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/hash.hpp"

#include <doctest/doctest.h>

#include <set>

#include "reportctl/base/lazy_library.hpp"
#include "reportctl/base/sink.hpp"
#include "scratch.hpp"

using namespace reportctl;

TEST_CASE("SHA-256 agrees with FIPS 180-4 and sha256sum") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 hash;
  const std::string zeros(1000, '\0');
  for (int i = 0; i < 1000; ++i) hash.update(zeros);
  CHECK(hash.finish() == "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025");
}

TEST_CASE("HMAC-SHA-256 agrees with RFC 4231, MD5 with RFC 1321") {
  CHECK(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(md5("abc")) == "900150983cd24fb0d6963f7d28e17f72");
}

TEST_CASE("a hashing sink passes on what it counts") {
  StringSink out;
  HashingSink hashing(out);
  hashing.write("a");
  hashing.write("bc");
  CHECK(out.text == "abc");
  CHECK(hashing.bytes() == 3);
  CHECK(hashing.sha256() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("ids are sixteen hex digits and never the same") {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = new_id();
    CHECK(id.size() == 16);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    ids.insert(id);
  }
  CHECK(ids.size() == 1000);
}

TEST_CASE("a library that is missing, or lacks a function, is an error with its package") {
  LazyLibrary absent({.soname = "libabsent.so.9", .package = "libabsent9"});
  const Error error = error_of([&] { absent.function<void (*)()>("f"); });
  CHECK(error.kind() == ErrorKind::failed);
  CHECK(std::string(error.what()).starts_with("cannot load libabsent.so.9: "));
  CHECK(error.hint() == "install the Debian package libabsent9");
  LazyLibrary crypto(kCrypto);
  const Error lacking = error_of([&] { crypto.function<void (*)()>("reportctl_no_such_function"); });
  CHECK(std::string(lacking.what()).starts_with(std::string(kCrypto.soname) + " has no function reportctl_no_such_function: "));
}
