// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace reportctl::testing {

/// A new temporary directory for a server's data. When we are root, servers run as `user`, or nobody where there is none.
std::filesystem::path server_folder(const char* pattern, const char* user);
void remove_server_folder(const std::filesystem::path&);
/// Without the rights of root (with ours where `user` is null), ended when we end, its words in `log`. `input`: what it reads;
/// -1: what we do.
pid_t start_server(const char* user, const std::vector<std::string>& arguments, const std::filesystem::path& log, int input = -1);
int free_port();

}  // namespace reportctl::testing
