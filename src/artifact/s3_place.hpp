// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/artifact/artifact.hpp"
#include "sigv4.hpp"

namespace reportctl::artifact {

/// Where the bucket is.
struct S3Place {
  std::string name;         ///< `s3://bucket/prefix`, for people
  std::string scheme;       ///< http or https
  std::string host;         ///< with the port when it is not the scheme's own
  std::string path;         ///< of everything below the prefix: `/bucket/prefix/` or `/prefix/`
  std::string bucket_path;  ///< of the bucket: `/bucket` or `/`
  std::string prefix;       ///< `prefix/`, or empty
  std::string region;
  [[nodiscard]] std::string url(const std::string& path_and_query) const { return scheme + "://" + host + path_and_query; }
};

/// Of `s3://bucket/prefix`. Error(config) saying which setting is wrong.
S3Place s3_place(const std::string& url, const S3Settings&);
inline S3Place s3_place(const StoreSettings& settings) { return s3_place(settings.url, settings.s3); }
/// From the files, or the standard environment of AWS. Error(config) when there are none.
Keys s3_keys(const S3Settings&);

}  // namespace reportctl::artifact
