// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "reportctl/artifact/artifact.hpp"

namespace reportctl::artifact {

/// A bucket of S3 in which files have names and not hashes: one that others fetch them from.
class Bucket {
 public:
  virtual ~Bucket() = default;
  struct Object {
    std::string name;  ///< a plain path, below the prefix
    std::string mark;  ///< tells whose it is
    int file = -1;     ///< borrowed, from its beginning
    std::uint64_t size = 0;
    std::string sha256;
  };
  /// The mark of an object, which is empty where another program put it there; nothing: there is none of that name.
  virtual std::optional<std::string> mark_of(const std::string& name) = 0;
  /// Never takes the place of another, where the server knows `If-None-Match`. An Error may come of a lost answer.
  virtual void put(const Object&) = 0;
  /// `s3://bucket/prefix`, for people.
  [[nodiscard]] virtual std::string place() const = 0;
  /// Reaches the bucket and comes back, changing nothing there; else an Error.
  virtual void check() = 0;
};

/// Error(config) for a url that is not `s3://bucket[/prefix]`; nothing is asked of the server yet.
std::unique_ptr<Bucket> open_bucket(const std::string& url, const S3Settings&);

}  // namespace reportctl::artifact
