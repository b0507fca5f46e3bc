// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "config_keys.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/settings/config.hpp"

using namespace reportctl;
using namespace reportctl::settings;
namespace fs = std::filesystem;

namespace {

/// A directory and an environment of its own, both gone afterwards.
class Place {
 public:
  Place() {
    std::string name = (fs::temp_directory_path() / "reportctl-config-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    set("HOME", root_.string());
    set("XDG_CONFIG_HOME", (root_ / "etc").string());
    set("XDG_STATE_HOME", (root_ / "state").string());
  }
  ~Place() {
    for (const auto& [name, value] : before_) value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
    fs::remove_all(root_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  void set(const std::string& name, const std::string& value) {
    const char* now = std::getenv(name.c_str());
    before_.emplace(name, now == nullptr ? "" : now);
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  fs::path write(const std::string& name, const std::string& text) {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
  }
  [[nodiscard]] const fs::path& root() const { return root_; }

 private:
  fs::path root_;
  std::map<std::string, std::string> before_;
};

std::string origin_of(const Config& config, const std::string& key) {
  for (const Origin& origin : config.origins)
    if (origin.key == key) return origin.origin;
  return "no such key";
}

/// The message of the configuration error that the text earns.
std::string refusal(Place& place, const std::string& text) {
  const fs::path path = place.write("x.yaml", text);
  try {
    load_config({path.string(), ""});
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    return error.what();
  }
  return "accepted";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("flags win over variables, variables over the file, the file over the defaults, and each origin is known") {
  Place place;
  const auto path =
      place.write("r.yaml", "state: /srv/file.db\nmail:\n  from: Reports <r@example.com>\n  tls: none\npolicy: {retries: 3}\n");
  SUBCASE("the file alone") {
    const Config config = load_config({path.string(), ""});
    CHECK(config.settings.state == "/srv/file.db");
    CHECK(config.settings.policy.retries == 3);
    CHECK(config.settings.mail.from->str() == "Reports <r@example.com>");
    CHECK(origin_of(config, "state") == path.string() + ":1");
    CHECK(origin_of(config, "mail.from") == path.string() + ":3");
    CHECK(origin_of(config, "policy.no_data") == "default");
  }
  SUBCASE("a variable wins") {
    place.set("REPORTCTL_POLICY_RETRIES", "5");
    place.set("REPORTCTL_STATE", "/srv/variable.db");
    const Config config = load_config({path.string(), ""});
    CHECK(config.settings.policy.retries == 5);
    CHECK(config.settings.state == "/srv/variable.db");
    CHECK(origin_of(config, "policy.retries") == "REPORTCTL_POLICY_RETRIES");
  }
  SUBCASE("a flag wins over both") {
    place.set("REPORTCTL_STATE", "/srv/variable.db");
    const Config config = load_config({path.string(), "/srv/flag.db"});
    CHECK(config.settings.state == "/srv/flag.db");
    CHECK(origin_of(config, "state") == "--state");
  }
}

TEST_CASE("without any file a person's state is below XDG_STATE_HOME and mail goes into a Maildir beside it") {
  if (fs::exists(system_config_path())) return;
  Place place;
  place.set("REPORTCTL_STATE", (place.root() / "state/reportctl/state.db").string());
  const Config config = load_config({});
  CHECK(config.files.empty());
  CHECK(config.settings.mail.transport.url == "maildir:" + (place.root() / "state/reportctl/outbox").string());
  CHECK(config.settings.artifacts.url == "file:" + (place.root() / "state/reportctl/artifacts").string());
  CHECK(config.settings.mail.from.has_value());
}

TEST_CASE("the place of systemd wins over the other defaults, but not over a file") {
  Place place;
  place.set("STATE_DIRECTORY", "/var/lib/a:/var/lib/b");
  CHECK(default_state_path({}) == "/var/lib/a/state.db");
  const auto empty = place.write("empty.yaml", "");
  CHECK(load_config({empty.string(), ""}).settings.state == "/var/lib/a/state.db");
  const auto named = place.write("named.yaml", "state: /srv/x.db\n");
  CHECK(load_config({named.string(), ""}).settings.state == "/srv/x.db");
}

TEST_CASE("a source is read whole, and a variable can change or add one") {
  Place place;
  const auto path = place.write("r.yaml", "sources:\n  my-shop: {url: \"sqlite:/srv/shop.db\", statement_timeout: 90s}\n");
  place.set("REPORTCTL_SOURCES_MY_SHOP_URL", "sqlite:/srv/other.db");
  place.set("REPORTCTL_SOURCES_FLEET_URL", "sqlite:/srv/fleet.db");
  const Config config = load_config({path.string(), ""});
  REQUIRE(config.settings.sources.size() == 2);
  CHECK(config.settings.sources.at("my-shop").url == "sqlite:/srv/other.db");
  CHECK(config.settings.sources.at("my-shop").statement_timeout == std::chrono::seconds(90));
  CHECK(config.settings.sources.at("fleet").name == "fleet");
}

TEST_CASE("everything wrong is said at once, with line and column") {
  Place place;
  const std::string said = refusal(place, "mial: {}\npolicy:\n  retires: 2\n  missed: never\nartifacts: {url: /srv}\n");
  CHECK(contains(said, "4 problems"));
  CHECK(contains(said, "x.yaml:1:1: unknown key \"mial\" (did you mean \"mail\"?)"));
  CHECK(contains(said, "x.yaml:3:3: unknown key \"policy.retires\" (did you mean \"retries\"?)"));
  CHECK(contains(said, "x.yaml:4:11: policy.missed must be coalesce or all or skip"));
  CHECK(contains(said, "x.yaml:5:18: artifacts.url must be file:/PATH or s3://BUCKET/PREFIX"));
}

TEST_CASE("a password is never accepted in the file, and the message says where to put it and not what it was") {
  Place place;
  const std::string said =
      refusal(place, "mail: {transport: \"smtp://mail.example.com\", from: a@example.com, password: hunter2}\n");
  CHECK(contains(said, "mail.password_file"));
  CHECK_FALSE(contains(said, "hunter2"));
  const std::string in_url = refusal(place, "mail: {transport: \"smtp://ann:hunter2@mail.example.com\", from: a@example.com}\n");
  CHECK(contains(in_url, "must not hold a user or password"));
  CHECK_FALSE(contains(in_url, "hunter2"));
  CHECK(contains(refusal(place, "sources: {s: {url: \"sqlite:/x\", password: hunter2}}\n"), "sources.s.password_file"));
  for (const char* url :
       {"postgresql://ann:hunter2@db/fleet", "postgres://db/fleet?password=hunter2", "postgresql://ann:hun/ter2@db/fleet"}) {
    const std::string in_source_url = refusal(place, std::string("sources: {f: {url: \"") + url + "\"}}\n");
    CHECK(contains(in_source_url, "password_file"));
    CHECK_FALSE(contains(in_source_url, "ter2"));
  }
  CHECK(refusal(place, "sources: {f: {url: \"postgresql://ann@db/fleet\", password_file: /etc/secret}}\n") == "accepted");
  CHECK(contains(refusal(place, "mail: {password_file: /a, password_credential: b}\n"), "contradict"));
}

TEST_CASE("what stands where a password may stand is never repeated") {
  for (const char* text : {
           "sources: {s: {url: \"jdbc:postgresql://db/x?user=r&password=hunter2\"}}",
           "sources: {s: {url: \" postgresql://r:hunter2@db/x\"}}",
           "sources: {s: \"postgresql://r:hunter2@db/x\"}",
           "sources: {\"postgresql://r:hunter2@db/x\": }",
           "sources: {s: {\"postgresql://r:hunter2@db/x\": }}",
           "sources: {s: {url: \"sqlite:/x\", password_file: hunter2}}",
           "sources: {s: {url: \"sqlite:/x\", password_credential: a/hunter2}}",
           "\"smtp://r:hunter2@mail\": 1",
           "mail: {transport: \"SMTP://r:hunter2@mail\"}",
           "mail: {transport: \"mail.example.com:587 user=r password=hunter2\"}",
           "mail: {transport: \"smtps://mail.example.com?password=hunter2\"}",
           "sources: {s: {url: \"sqlite:/x\", views: \"postgresql://r:hunter2@db/x\"}}",
           "mail: {password_file: hunter2}",
           "mail: {password_file: \"/smtp://r:hunter2@mail\"}",
           "sources: {s: {url: \"sqlite:/x\", password_file: \"postgresql://r:hunter2@db/x\"}}",
           "mail: {password_command: \"echo hunter2\"}",
           "artifacts: {url: \"s3://key:hunter2@bucket\"}",
           "artifacts: {url: \"https://key:hunter2@s3.example.com/bucket\"}",
           "artifacts: {secret_key_file: hunter2}",
           "artifacts: {endpoint: \"https://key:hunter2@s3.example.com\"}",
           "artifacts: {link_base: \"https://r:hunter2@files.example.com\"}",
           "artifacts: {link_secret_file: hunter2}",
       }) {
    CAPTURE(text);
    Place place;
    const std::string said = refusal(place, std::string(text) + "\n");
    CHECK(said != "accepted");
    CHECK_FALSE(contains(said, "hunter2"));
  }
  Place place;
  place.set("REPORTCTL_SOURCES_S_URL", "postgres+psycopg://r:hunter2@db/x");
  const std::string said = refusal(place, "sources: {s: {url: \"sqlite:/x.db\"}}\n");
  CHECK(contains(said, "REPORTCTL_SOURCES_S_URL"));
  CHECK_FALSE(contains(said, "hunter2"));
}

TEST_CASE("the arguments of a command that gives a password are not shown") {
  Place place;
  const auto path = place.write("r.yaml", "mail: {password_command: [/usr/bin/vault, read, --token, hunter2]}\n");
  for (const auto& origin : load_config({path.string(), ""}).origins) {
    CHECK_FALSE(contains(origin.value, "hunter2"));
    if (origin.key == "mail.password_command") CHECK(origin.value == "/usr/bin/vault ...");
  }
}

TEST_CASE("how long the files of runs are kept has two names and one value") {
  Place place;
  CHECK(refusal(place, "artifacts: {keep: never}\n") == "accepted");
  CHECK(refusal(place, "retention: {artifacts: 4d}\n") == "accepted");
  CHECK(contains(refusal(place, "artifacts: {keep: 4d}\nretention: {artifacts: 4d}\n"), "are the same setting; keep one"));
  CHECK(contains(refusal(place, "retention: {exports: 59m}\n"),
                 "must be never or a duration such as 12h or 30d, from 1h to 36500d, not \"59m\""));
}

TEST_CASE("what this version does not have is refused with that reason") {
  Place place;
  CHECK(contains(refusal(place, "mail: {oversize: link}\n"), "needs links to the stored files"));
  CHECK(contains(refusal(place, "mail: {oversize: zip}\n"), "not in this version"));
  CHECK(refusal(place, "mail: {oversize: fail}\n") == "accepted");
  CHECK(contains(refusal(place, "artifacts: {link_expiry: 1s}\n"), "from 1m to 365d"));
  CHECK(contains(refusal(place, "artifacts: {link_base: reports.example.com}\n"), "must be a url such as https://"));
  CHECK(contains(refusal(place, "artifacts: {path_style: maybe}\n"), "must be yes or no"));
  CHECK(contains(refusal(place, "artifacts: {secret_key: abc}\n"), "artifacts.secret_key_file: /PATH"));
}

TEST_CASE("links lead to a web server with TLS, or stay on this host") {
  Place place;
  const auto with_base = [&](const std::string& base) { return refusal(place, "artifacts: {link_base: \"" + base + "\"}\n"); };
  for (const char* base : {"https://reports.example.com/files", "https://reports.example.com", "https://[2001:db8::1]:8443/f/",
                           "http://localhost:8080/files", "http://127.0.0.1", "http://[::1]:80/x"})
    CHECK_MESSAGE(with_base(base) == "accepted", base);
  for (const char* base : {"http://reports.example.com/files", "http://127.0.0.1.example.com", "http://localhost.example.com"})
    CHECK_MESSAGE(contains(with_base(base), "must begin with https://"), base);
  for (const char* base : {"reports.example.com", "https://", "https://a.example/x//y", "https://a.example/../y",
                           "https://a.example/x?y", "https://ann@a.example", "ftp://a.example"})
    CHECK_MESSAGE(contains(with_base(base), "must be a url such as"), base);
}

TEST_CASE("a sender is required as soon as mail leaves the host") {
  Place place;
  CHECK(contains(refusal(place, "mail: {transport: \"smtp://mail.example.com:587\"}\n"), "mail.from is required"));
  CHECK(contains(refusal(place, "mail: {transport: \"sendmail:\"}\n"), "mail.from is required"));
  CHECK(refusal(place, "mail: {transport: \"maildir:/srv/mail\"}\n") == "accepted");
}

TEST_CASE("a file that others may write is refused with the command that mends it") {
  Place place;
  const auto path = place.write("r.yaml", "state: /srv/x.db\n");
  ::chmod(path.c_str(), 0646);
  try {
    load_config({path.string(), ""});
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    CHECK(error.hint() == "chmod go-w " + path.string());
  }
}

TEST_CASE("a configuration that was named must exist") {
  Place place;
  CHECK_THROWS_WITH_AS(load_config({(place.root() / "none.yaml").string(), ""}),
                       doctest::Contains("there is no configuration file"), Error);
}

TEST_CASE("a slip in the name of a variable is an error, a foreign variable is not") {
  Place place;
  const auto path = place.write("r.yaml", "");
  place.set("REPORTCTL_BENCH_ROUNDS_OF_MINE", "1");
  CHECK_NOTHROW(load_config({path.string(), ""}));
  place.set("REPORTCTL_MAIL_TRANSPRT", "sendmail:");
  CHECK_THROWS_WITH_AS(load_config({path.string(), ""}), doctest::Contains("did you mean \"REPORTCTL_MAIL_TRANSPORT\""), Error);
}

TEST_CASE("a password that was named in a lower layer gives way to the one of a higher layer") {
  Place place;
  const auto path = place.write("r.yaml", "mail: {password_file: /etc/secret}\n");
  place.set("REPORTCTL_MAIL_PASSWORD_COMMAND", "pass,show,smtp");
  const Config config = load_config({path.string(), ""});
  CHECK(config.settings.mail.transport.password.file.empty());
  CHECK(config.settings.mail.transport.password.command == std::vector<std::string>{"pass", "show", "smtp"});
}

TEST_CASE("destinations: what each must have, and no password in it") {
  Place place;
  const auto path = place.write("r.yaml",
                                "destinations:\n"
                                "  partner: {url: \"sftp://acme@files.example.com/in\", key_file: /etc/key, known_hosts: "
                                "/etc/known, accounts: [shop, other]}\n"
                                "  bucket: {url: \"s3://acme-in/x\", accounts: [shop]}\n");
  place.set("REPORTCTL_DESTINATIONS_BUCKET_ACCESS_KEY_FILE", "/etc/access");
  place.set("REPORTCTL_DESTINATIONS_PARTNER_KEY_FILE", "/etc/other-key");
  const auto config = load_config({path.string(), ""});
  REQUIRE(config.settings.destinations.size() == 2);
  const auto& partner = config.settings.destinations.at("partner");
  CHECK(partner.name == "partner");
  CHECK(partner.key_file == "/etc/other-key");
  CHECK(partner.accounts == std::vector<std::string>{"shop", "other"});
  CHECK(config.settings.destinations.at("bucket").s3.access_key.file == "/etc/access");
  CHECK(origin_of(config, "destinations.partner.key_file") == "REPORTCTL_DESTINATIONS_PARTNER_KEY_FILE");

  const auto told = [&](const std::string& entry) { return refusal(place, "destinations: {d: " + entry + "}\n"); };
  CHECK(contains(told("{url: \"file:/srv/in\"}"), "destinations.d.accounts is missing"));
  CHECK(contains(told("{accounts: [shop]}"), "destination d needs the key \"url\""));
  CHECK(contains(told("{url: \"sftp://u@h/\", accounts: [shop], key_file: /k}"), "needs known_hosts"));
  CHECK(contains(told("{url: \"sftp://u@h/\", accounts: [shop], known_hosts: /k}"), "needs key_file"));
  CHECK(contains(told("{url: \"sftp://u@h/../x\", accounts: [shop], known_hosts: /k, key_file: /k}"), "destinations.d.url"));
  CHECK(contains(told("{url: \"ftp://h/\", accounts: [shop]}"), "must be file:/PATH"));
  CHECK(contains(told("{url: \"file:/srv/in\", acounts: [shop]}"), "did you mean \"accounts\"?"));
  CHECK(contains(refusal(place, "destinations: {Partner: {url: \"file:/srv/in\"}}\n"), "is not a name for a destination"));
  for (const char* entry :
       {"{url: \"sftp://u:hunter2@h/\", accounts: [shop]}", "{url: \"sftp://u@h/\", password: hunter2, accounts: [shop]}",
        "{url: \"s3://b\", secret_key: hunter2, accounts: [shop]}"}) {
    CAPTURE(std::string(entry));
    CHECK_FALSE(contains(told(entry), "hunter2"));
    CHECK(told(entry) != "accepted");
  }
}
