# SPDX-License-Identifier: MIT
include(GNUInstallDirs)
install(TARGETS reportctl RUNTIME)

file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/*.[1-8])
foreach(page IN LISTS pages)
  string(REGEX MATCH "[1-8]$" section ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

install(FILES share/completions/reportctl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME reportctl)
install(FILES share/completions/_reportctl DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES share/completions/reportctl.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY examples/ share/cron.d DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples PATTERN quickstart.sh EXCLUDE)

# systemd and its companions read these folders below /usr and /usr/local alike.
install(FILES share/systemd/reportctl.timer DESTINATION lib/systemd/system)
install(FILES share/systemd/sysusers.conf DESTINATION lib/sysusers.d RENAME reportctl.conf)
install(FILES share/systemd/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME reportctl.conf)
# The prefix is known when `cmake --install --prefix` runs.
install(CODE "set(BINDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
configure_file(\"${CMAKE_SOURCE_DIR}/share/systemd/reportctl.service.in\" \"${CMAKE_BINARY_DIR}/generated/reportctl.service\" @ONLY)")
install(FILES ${CMAKE_BINARY_DIR}/generated/reportctl.service DESTINATION lib/systemd/system)

# The configuration of a system, made of the template that `reportctl init` uses; one that is there stays as it is.
file(READ share/demo/reportctl.yaml text)
string(REPLACE "{{state}}" "/var/lib/reportctl/state.db" text "${text}")
string(REPLACE "{{transport}}" "maildir:/var/lib/reportctl/outbox" text "${text}")
string(REPLACE "{{sources}}" "" text "${text}")
string(REPLACE "{{artifacts}}" "file:/var/lib/reportctl/artifacts" text "${text}")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/reportctl.yaml CONTENT "${text}")
install(CODE "if(NOT EXISTS \"\$ENV{DESTDIR}/etc/reportctl/reportctl.yaml\")
  file(INSTALL \"${CMAKE_BINARY_DIR}/generated/reportctl.yaml\" DESTINATION /etc/reportctl)
endif()")
