# SPDX-License-Identifier: MIT
include(GNUInstallDirs)
install(TARGETS reportctl RUNTIME)
