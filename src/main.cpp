// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/cli/main.hpp"

int main(int argc, char** argv) { return reportctl::cli::run(argc, argv); }
