// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace reportctl::testing {

/// What Python's email package reads in a message: see tests/support/smtp_read_mail.py.
inline nlohmann::json parsed(const std::string& message) {
  std::string pattern = (std::filesystem::temp_directory_path() / "reportctl-mail-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  std::ofstream(folder / "in.eml", std::ios::binary) << message;
  const std::string command = "/usr/bin/python3 " REPORTCTL_ROOT "/tests/support/smtp_read_mail.py " +
                              (folder / "in.eml").string() + " > " + (folder / "out.json").string();
  const int status = std::system(command.c_str());
  std::ifstream in(folder / "out.json");
  nlohmann::json seen;
  if (status == 0) in >> seen;
  std::filesystem::remove_all(folder);
  return seen;
}

}  // namespace reportctl::testing
