#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""Every mail of the demo as a spam filter sees it: SpamAssassin and rspamd with their own rules, without the network."""
import json, os, pathlib, subprocess, sys, urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import e2e

# What a server writes above a mail: without it a filter judges a mail that nobody has sent.
RECEIVED = """Received: from relay.example.com (relay.example.com [185.12.1.10])\r
\tby mx.example.org (Postfix) with ESMTPS id 4F2A1B for <x@example.org>;\r
\t{}\r
"""
PERL = r"""
my $filter = Mail::SpamAssassin->new({local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => "/dev/null", userstate_dir => "."});
$filter->compile_now(0);
for my $name (@ARGV) {
  open my $file, "<", $name or die;
  my $mail = $filter->parse([<$file>]);
  my $status = $filter->check($mail);
  my @points = grep { $_->[1] > 0.01 } map { [$_, $filter->{conf}->get_conf_set_score($_) // 0] } split /,/, $status->get_names_of_tests_hit;
  print join(" ", $name, map { "$_->[0]=$_->[1]" } @points), "\n";
}
package Mail::SpamAssassin::Conf;
sub get_conf_set_score { my ($self, $rule) = @_; return $self->{scores}{$rule}; }
"""
RSPAMD = """
.include "$CONFDIR/common.conf"
options {{
  .include "$CONFDIR/options.inc"
  pidfile = "{home}/pid";
  disable_hyperscan = true;  # it would be compiled for the machine first
  control_socket = "{home}/control mode=0600";
  dns {{ nameserver = ["127.0.0.1:1"]; timeout = 0.1s; retransmits = 1; }}
}}
logging {{ type = "file"; filename = "{home}/log"; level = "error"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; }}
"""
OF_THE_WAY = {"RCVD_NO_TLS_LAST", "ONCE_RECEIVED", "AUTH_NA"}  # of the one server that is made up, and of signatures, which servers add
OF_THE_NETWORK = ("rbl", "surbl", "spf", "dkim", "dmarc", "arc", "asn", "phishing", "fuzzy_check", "mx_check")


class Scores(e2e.Case):
    @classmethod
    def setUpClass(cls):
        cls.home = e2e.scratch("scores")
        cls.addClassCleanup(subprocess.run, ["rm", "-rf", str(cls.home)], check=False)
        cls.home.chmod(0o755)
        environment = {**{name: value for name, value in os.environ.items() if not name.startswith("REPORTCTL")}, "TZ": "UTC",
                       "REPORTCTL_CONFIG": str(cls.home / "reportctl.yaml"), "REPORTCTL_STATE": str(cls.home / "state" / "state.db")}
        (cls.home / "state").mkdir(mode=0o700)

        def reportctl(*words):
            return subprocess.run([e2e.REPORTCTL, *words], env=environment, cwd=cls.home, check=True, capture_output=True, timeout=e2e.PATIENCE).stdout

        reportctl("init", "--demo")
        schedules = json.loads(reportctl("schedule", "list", "--json"))
        for one in schedules:
            reportctl("schedule", "test", one["name"], "--account", one["account"], "--to", f"{one['name']}@example.org")
        cls.mails = {}
        for path in sorted(cls.home.glob("**/new/*")):
            content = path.read_bytes()
            mail = e2e.read_mail(content)
            file = cls.home / (mail["To"].addresses[0].username + ".eml")
            file.write_bytes(RECEIVED.format(mail["Date"]).encode() + content)
            cls.mails[file] = mail
        assert len(cls.mails) == len(schedules) >= 20, len(cls.mails)

    def test_spamassassin_gives_no_mail_a_point(self):
        e2e.need("spamassassin")
        seen = subprocess.run(["perl", "-MMail::SpamAssassin", "-e", PERL, *self.mails], capture_output=True, text=True, cwd=self.home,
                              timeout=4 * e2e.PATIENCE)
        self.assertEqual(seen.returncode, 0, seen.stderr)
        self.assertEqual(seen.stdout.splitlines(), [str(name) for name in self.mails])

    def test_rspamd_finds_little_in_the_mails_and_nothing_wrong(self):
        """Names in several scripts, files in base64 since they are not ASCII, and the line that lists of mails show; 15 points reject a mail."""
        program = e2e.need("rspamd")
        port = e2e.free_port()
        (self.home / "rspamd.conf").write_text(RSPAMD.format(home=self.home, port=port)
                                               + "".join(f"{name} {{ enabled = false; }}\n" for name in OF_THE_NETWORK))
        variables = [f"--var={name}={self.home}" for name in ("LOCAL_CONFDIR", "DBDIR", "RUNDIR", "LOGDIR")]
        filter = subprocess.Popen([program, "-i", "-f", "-c", str(self.home / "rspamd.conf"), *variables], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.closing(filter.wait, 20)
        self.closing(filter.terminate)
        e2e.wait_for_port(port, 4 * e2e.PATIENCE)
        for file in self.mails:
            with self.subTest(file.name):
                request = urllib.request.Request(f"http://127.0.0.1:{port}/checkv2", data=file.read_bytes())
                with urllib.request.urlopen(request, timeout=e2e.PATIENCE) as answer:
                    symbols = json.load(answer)["symbols"]
                points = {name: symbol["score"] for name, symbol in symbols.items() if symbol["score"] > 0}
                own = {name: points[name] for name in points if name not in OF_THE_WAY}
                self.assertLessEqual(set(own), {"MIME_BASE64_TEXT", "R_MIXED_CHARSET", "MANY_INVISIBLE_PARTS"})
                self.assertLess(sum(own.values()), 1.5)

    def test_files_of_ascii_travel_readable(self):
        encodings = set()
        for mail in self.mails.values():
            for part in mail.iter_attachments():
                data = part.get_payload(decode=True)
                encodings.add((data.isascii(), part["Content-Transfer-Encoding"]))
        self.assertEqual(encodings, {(True, "quoted-printable"), (False, "base64")})

    def test_nothing_is_written_in_letters_that_nobody_can_see(self):
        for file, mail in self.mails.items():
            html = mail.get_body(("html",)).get_content().replace(" ", "")
            for hidden in ("font-size:0", "font-size:1px", "opacity:0", "visibility:hidden"):
                self.assertNotIn(hidden, html, file.name)


if __name__ == "__main__":
    e2e.main()
