// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "reportctl/artifact/artifact.hpp"
#include "reportctl/base/error.hpp"

namespace reportctl::artifact {

constexpr std::string_view kFileScheme = "file:";
constexpr std::string_view kS3Scheme = "s3://";

/// What retention removed is recorded with its run or export, and never asked for.
constexpr std::string_view kGoneHint =
    "it was removed by hand, or the state file was restored or moved without it: put the files back, or make the report again";

std::unique_ptr<Store> open_directory(const StoreSettings&);
std::unique_ptr<Store> open_s3(const StoreSettings&);

/// The name of the file that tells whose the place is, beside the shards. It is short.
constexpr std::string_view kOwnerFile = "reportctl-owner";
constexpr std::size_t kLongestOwner = 16U << 10U;

bool is_sha256(const std::string& text);
/// `58/5891b5…`: two digits of shard, and the name. Error(not_found) for what is no hash.
std::string sharded(const std::string& sha256);
/// For a file that is not there: what retention removed is told before anybody looks.
Error lost_file(const std::string& sha256, const std::string& place);
/// When a link ends that is made now.
Instant end_of(const LinkRequest&, std::chrono::seconds expiry);
/// Letters, digits and `._-`, at most 128: needs no quoting in a url, a header or a web server's configuration.
std::string plain_file_name(const std::string& name);

}  // namespace reportctl::artifact
