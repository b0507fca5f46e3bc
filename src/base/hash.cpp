// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/hash.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "reportctl/base/error.hpp"
#include "reportctl/base/lazy_library.hpp"

namespace reportctl {

namespace {

LazyLibrary& crypto() {
  static LazyLibrary library("libcrypto.so.3");
  return library;
}

struct Digest {
  decltype(&EVP_MD_CTX_new) create = crypto().function<decltype(&EVP_MD_CTX_new)>("EVP_MD_CTX_new");
  decltype(&EVP_MD_CTX_free) destroy = crypto().function<decltype(&EVP_MD_CTX_free)>("EVP_MD_CTX_free");
  decltype(&EVP_sha256) sha256 = crypto().function<decltype(&EVP_sha256)>("EVP_sha256");
  decltype(&EVP_md5) md5 = crypto().function<decltype(&EVP_md5)>("EVP_md5");
  decltype(&EVP_Digest) at_once = crypto().function<decltype(&EVP_Digest)>("EVP_Digest");
  decltype(&HMAC) hmac = crypto().function<decltype(&HMAC)>("HMAC");
  decltype(&EVP_DigestInit_ex) init = crypto().function<decltype(&EVP_DigestInit_ex)>("EVP_DigestInit_ex");
  decltype(&EVP_DigestUpdate) update = crypto().function<decltype(&EVP_DigestUpdate)>("EVP_DigestUpdate");
  decltype(&EVP_DigestFinal_ex) finish = crypto().function<decltype(&EVP_DigestFinal_ex)>("EVP_DigestFinal_ex");
};

const Digest& digest() {
  static const Digest functions;
  return functions;
}

void check(int result, const char* step) {
  if (result != 1) throw Error(ErrorKind::failed, fmt::format("libcrypto cannot hash: {} failed", step));
}

using Bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string text_of(const Bytes& bytes, unsigned int size) { return {reinterpret_cast<const char*>(bytes.data()), size}; }

const unsigned char* data_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

struct Sha256::Impl {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{digest().create(), digest().destroy};
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {
  if (!impl_->context) throw Error(ErrorKind::failed, "libcrypto cannot hash: out of memory");
  check(digest().init(impl_->context.get(), digest().sha256(), nullptr), "EVP_DigestInit_ex");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  check(digest().update(impl_->context.get(), bytes.data(), bytes.size()), "EVP_DigestUpdate");
}

std::string Sha256::finish() {
  Bytes bytes{};
  unsigned int size = 0;
  check(digest().finish(impl_->context.get(), bytes.data(), &size), "EVP_DigestFinal_ex");
  return hex(text_of(bytes, size));
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  Bytes bytes{};
  unsigned int size = 0;
  const bool done =
      digest().hmac(digest().sha256(), key.data(), static_cast<int>(key.size()), data_of(text), text.size(), bytes.data(), &size);
  check(done ? 1 : 0, "HMAC");
  return text_of(bytes, size);
}

std::string md5(std::string_view bytes) {
  Bytes hash{};
  unsigned int size = 0;
  check(digest().at_once(bytes.data(), bytes.size(), hash.data(), &size, digest().md5(), nullptr), "EVP_Digest");
  return text_of(hash, size);
}

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4U];
    text += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  return text;
}

std::string new_id() {
  std::string bytes(8, '\0');
  // Requests of at most 256 bytes are never cut short; only a signal before the first seeding at boot can interrupt one.
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    if (errno != EINTR) throw system_error(ErrorKind::failed, "cannot get random bytes from the kernel", errno);
  }
  return hex(bytes);
}

}  // namespace reportctl
