// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "server_process.hpp"

#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace reportctl::testing {
namespace {

namespace fs = std::filesystem;

const passwd* server_user(const char* wanted) {
  if (::geteuid() != 0 || wanted == nullptr) return nullptr;
  const passwd* user = ::getpwnam(wanted);
  return user != nullptr ? user : ::getpwnam("nobody");
}

}  // namespace

fs::path server_folder(const char* pattern, const char* user_name) {
  std::string name = (fs::temp_directory_path() / pattern).string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  if (const passwd* const user = server_user(user_name);
      user != nullptr && ::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("chown failed");
  return name;
}

void remove_server_folder(const fs::path& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  fs::remove(folder.string() + ".log", ignored);
}

pid_t start_server(const char* user_name, const std::vector<std::string>& arguments, const fs::path& log, int input) {
  const passwd* const user = server_user(user_name);
  const uid_t uid = user == nullptr ? 0 : user->pw_uid;
  const gid_t gid = user == nullptr ? 0 : user->pw_gid;
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::fflush(nullptr);  // the child must not write it again
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (input >= 0) ::dup2(input, STDIN_FILENO);
  if (std::freopen(log.c_str(), "a", stdout) == nullptr) ::_exit(125);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // an immediate shutdown, should this program crash
  ::setenv("LC_ALL", "C", 1);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace reportctl::testing
