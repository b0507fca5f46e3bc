#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the reportctl authors
"""What other programs read: every CSV variant, JSON, JSON Lines and XLSX, value by value, with the readers that this host has."""
import csv, datetime, functools, io, json, pathlib, shutil, subprocess, sys, tempfile, unittest

import openpyxl

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import duckdb, e2e, mariadb, npm, postgres

TEXTS = ["plain", 'comma, quote " and semicolon; pipe | tab\there', "two\nlines", " leading and trailing ", "", None, "NULL", "null", "00123", "1e5", "-5",
         "=1+1", "@SUM(A1)", "'apostrophe", "\\.", "\\N", "Łukasz 日本語 😀", "true", "2026-03-17", '"', '""', "#comment", "a\\b", "NaN", "$1", "%s"]
HEADER = ["t", "n", "d", "m", "cur", "day", "at", "took", "share", "flag"]
# As written: the number, 2 digits, of JPY none, a local day, an instant in Berlin, seconds as h:mm:ss, a percentage, a truth.
NUMBERS = ["-1234567", "-0.05", "1500", "JPY", "2026-03-17", "2026-03-17T07:00:00+01:00", "1:02:05", "99.90", "true"]
TYPED = [-1234567, -0.05, 1500, "JPY", "2026-03-17", "2026-03-17T07:00:00+01:00", "1:02:05", 99.9, True]
DUCK_TYPES = ", ".join(f"\"{name}\": '{kind}'" for name, kind in zip(HEADER, ("VARCHAR", "BIGINT", "DOUBLE", "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR",
                                                                              "DOUBLE", "BOOLEAN")))
ROWS = [["" if text is None else text, *NUMBERS] for text in TEXTS]
VARIANTS = {  # options: delimiter, decimal sign
    (): (",", "."), ("--delimiter", "semicolon"): (";", "."), ("--delimiter", "tab"): ("\t", "."), ("--delimiter", "pipe"): ("|", "."),
    ("--crlf",): (",", "."), ("--bom",): (",", "."), ("--bom", "--crlf", "--delimiter", "semicolon", "--decimal", "comma"): (";", ","),
    ("--labels",): (",", "."), ("--decimal", "comma"): (",", ",")}


def output(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=e2e.PATIENCE, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr.decode()[:500]}")
    return done.stdout.decode()


def texts(rows):
    return [["" if value is None else str(value) for value in row] for row in rows]


def by_python(path, delimiter):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def by_pandas(path, delimiter):
    import pandas
    frame = pandas.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False, header=None, encoding="utf-8-sig", skip_blank_lines=False)
    return frame.values.tolist()


def by_duckdb(path, delimiter):
    return texts(told_by_duckdb(f"SELECT * FROM read_csv('{path}', delim='{delimiter}', header=false, all_varchar=true, quote='\"', escape='\"')"))


def told_by_duckdb(query):
    with tempfile.TemporaryDirectory() as folder, duckdb.Database() as database:
        database.run(f"COPY ({query}) TO '{folder}/x.json' (FORMAT json, ARRAY true)")
        return [list(row.values()) for row in json.loads(pathlib.Path(f"{folder}/x.json").read_text(encoding="utf-8"))]


def by_node(program, *words):
    modules = npm.packages("readers", NODE_READERS) / "node_modules"
    return json.loads(output("node", "-e", f"const need = require('module').createRequire('{modules}/x'); {program}", *words))


def node_readers():
    npm.packages("readers", NODE_READERS)


def by_csv_parse(path, delimiter):
    return by_node("""const text = require('fs').readFileSync(process.argv[1]);
console.log(JSON.stringify(need('csv-parse/sync').parse(text, {delimiter: process.argv[2], bom: true})))""", path, delimiter)


def by_sheetjs(path, delimiter):
    return texts(by_node("""const text = require('fs').readFileSync(process.argv[1], 'utf8').replace(/^\\uFEFF/, '');
const book = need('xlsx').read(text, {type: 'string', raw: true, FS: process.argv[2]});
console.log(JSON.stringify(need('xlsx').utils.sheet_to_json(book.Sheets[book.SheetNames[0]], {header: 1, defval: '', blankrows: true})))""", path, delimiter))


def by_miller(path, delimiter):
    rows = json.loads(output("mlr", "--icsv", "--ojson", "-S", "--implicit-csv-header", "--ifs", delimiter,
                             "cat", path))
    return texts(row.values() for row in rows)


def by_ruby(path, delimiter):
    return texts(json.loads(output("ruby", "-rcsv", "-rjson", "-e", 'puts JSON.generate(CSV.read(ARGV[0], col_sep: ARGV[1], encoding: "bom|utf-8"))', path, delimiter)))


def by_php(path, delimiter):
    program = """$f = fopen($argv[1], 'r'); if (fread($f, 3) !== "\\xEF\\xBB\\xBF") rewind($f); $all = [];
while (($row = fgetcsv($f, null, $argv[2], '"', '')) !== false) $all[] = $row; echo json_encode($all, JSON_THROW_ON_ERROR);"""
    return texts(json.loads(output("php", "-r", program, "--", path, delimiter)))


def by_perl(path, delimiter):
    program = """use Text::CSV; use JSON::PP; open my $f, '<:encoding(UTF-8)', $ARGV[0] or die; my $c = Text::CSV->new({binary => 1, sep_char => $ARGV[1], auto_diag => 2});
my $first = getc $f; seek $f, ord($first) == 0xFEFF ? 3 : 0, 0; my @all; while (my $r = $c->getline($f)) { push @all, $r } print JSON::PP->new->utf8->encode(\\@all);"""
    return texts(json.loads(output("perl", "-e", program, path, delimiter)))


def by_csvkit(path, delimiter):
    return list(csv.reader(io.StringIO(output("csvformat", "-d", delimiter, "-e", "utf-8-sig", path), newline="")))


def by_r(path, delimiter):
    program = """library(jsonlite); a <- commandArgs(TRUE)
cat(toJSON(unname(as.matrix(read.csv(a[1], sep = a[2], header = FALSE, colClasses = "character", na.strings = character(0), fileEncoding = "UTF-8-BOM", blank.lines.skip = FALSE)))))"""
    return texts(json.loads(output("Rscript", "--vanilla", "-e", program, path, delimiter)))


def told_by_go(program, *words):
    """Compiled once; its own cache keeps it."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "main.go").write_text(f'package main\nimport ("bytes"; "encoding/csv"; "encoding/json"; "os")\nvar _ = bytes.TrimPrefix\nvar _ = csv.NewReader\n{program}')
        return json.loads(output("go", "run", f"{folder}/main.go", *words))


def by_go(path, delimiter):
    return told_by_go("""func main() {
  text, _ := os.ReadFile(os.Args[1])
  reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\\xef\\xbb\\xbf"))))
  reader.Comma = rune(os.Args[2][0])
  rows, err := reader.ReadAll()
  if err != nil { panic(err) }
  json.NewEncoder(os.Stdout).Encode(rows)
}""", path, delimiter)


COMMONS_CSV = pathlib.Path("/usr/share/java/commons-csv.jar")


def by_java(path, delimiter):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "Read.java"
        source.write_text(r"""import java.nio.file.*; import org.apache.commons.csv.*;
class Read { public static void main(String[] a) throws Exception {
  String text = Files.readString(Path.of(a[0])); if (text.startsWith("\ufeff")) text = text.substring(1);
  for (CSVRecord row : CSVParser.parse(text, CSVFormat.DEFAULT.withDelimiter(a[1].charAt(0)))) {
    for (String value : row) System.out.print(java.util.HexFormat.of().formatHex(value.getBytes("UTF-8")) + ","); System.out.println(); } } }""")
        lines = output("java", "-cp", str(COMMONS_CSV), str(source), path, delimiter).splitlines()
    return [[bytes.fromhex(value).decode() for value in line.split(",")[:-1]] for line in lines]


def by_libreoffice(path, delimiter):
    """As its import dialog does when every column is text."""
    with tempfile.TemporaryDirectory() as folder:
        columns = "/".join(f"{at}/2" for at in range(1, len(HEADER) + 1))
        output("soffice", f"-env:UserInstallation=file://{folder}/home", "--headless", f"--infilter=CSV:{ord(delimiter)},34,76,1,{columns},0,false,false",
               "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", folder, path)
        return texts([cell.value for cell in row] for row in openpyxl.load_workbook(next(pathlib.Path(folder).glob("*.xlsx"))).worksheets[0].iter_rows())


def needs(*programs, also=None):
    def check():
        for program in programs:
            if shutil.which(program) is None or (also is not None and not also()):
                raise unittest.SkipTest(program)
    return check


r_with_json = needs("Rscript", also=lambda: subprocess.run(["Rscript", "-e", "library(jsonlite)"], capture_output=True, check=False).returncode == 0)
compiler_of_java = needs("javac", also=COMMONS_CSV.exists)


def by_sqlite(path, delimiter):
    """Its shell keeps a byte order mark; a column of texts keeps every text."""
    with tempfile.TemporaryDirectory() as folder:
        content = pathlib.Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf")
        (pathlib.Path(folder) / "x.csv").write_bytes(content)
        columns = ", ".join(f"c{i} TEXT" for i in range(len(HEADER)))
        script = f"CREATE TABLE x({columns});\n.mode csv\n.separator \"{delimiter}\" \"\\n\"\n.import {folder}/x.csv x\n.mode json\nSELECT * FROM x ORDER BY rowid;\n"
        return texts(row.values() for row in json.loads(output("sqlite3", ":memory:", stdin=script.encode())))


NODE_READERS = {"csv-parse": "5.5.6", "xlsx": "0.18.5"}
CSV_READERS = {"Python": (by_python, None), "pandas": (by_pandas, "import pandas"), "DuckDB": (by_duckdb, duckdb.library),
               "Node.js": (by_csv_parse, node_readers), "SheetJS": (by_sheetjs, node_readers), "Miller": (by_miller, "mlr"),
               "Ruby": (by_ruby, "ruby"), "PHP": (by_php, "php"), "Perl": (by_perl, "perl -MText::CSV"), "csvkit": (by_csvkit, "csvformat"), "SQLite": (by_sqlite, "sqlite3"),
               "R": (by_r, r_with_json), "Go": (by_go, "go"), "Java": (by_java, compiler_of_java), "LibreOffice": (by_libreoffice, "soffice")}


@functools.cache
def is_here(need):
    if need is None:
        return True
    if callable(need):
        try:
            need()
        except unittest.SkipTest:
            return False
        return True
    if need.startswith("import "):
        return subprocess.run([sys.executable, "-c", need], capture_output=True, check=False).returncode == 0
    program, *options = need.split()
    return shutil.which(program) is not None and (not options or subprocess.run([program, *options, "-e", "1"], capture_output=True, check=False).returncode == 0)


class ForeignReaders(e2e.Case):
    def setUp(self):
        super().setUp()
        self.made = self.world()
        (self.made.path / "cat").mkdir()
        with open(self.made.config, "a") as config:
            config.write(f"catalog: {{dirs: ['{self.made.path}/cat']}}\n")
        self.made.apply(e2e.ACCOUNT)
        (self.made.path / "cat" / "values.yaml").write_text("""id: values
label: Values
family: own
description: d
scope: [account]
window: {kind: snapshot}
cadences: [daily]
formats: [csv, xlsx, json, jsonl]
columns:
  - {name: t, label: Text, type: text}
  - {name: n, label: Number, type: integer}
  - {name: d, label: Decimal, type: decimal, scale: 2}
  - {name: m, label: Money, type: money, currency: cur}
  - {name: cur, label: Currency, type: text}
  - {name: day, label: Day, type: date}
  - {name: at, label: At, type: timestamp}
  - {name: took, label: Took, type: duration}
  - {name: share, label: Share, type: percent}
  - {name: flag, label: Flag, type: boolean}
query: >-
  SELECT v.t, -1234567 AS n, '-0.05' AS d, 1500 AS m, 'JPY' AS cur, '2026-03-17' AS day, '2026-03-17T06:00:00Z' AS at, 3725 AS took,
         '99.90' AS share, 1 AS flag FROM v WHERE v.acc = :account ORDER BY v.i
""")
        values = ", ".join(f"('shop', {i}, {'NULL' if text is None else chr(39) + text.replace(chr(39), chr(39) * 2) + chr(39)})" for i, text in enumerate(TEXTS))
        self.made.make_source(f"CREATE TABLE v(acc, i, t TEXT); INSERT INTO v VALUES {values};")

    def file(self, name, *options):
        self.made.must("run", "values", "--account", "shop", "--timezone", "Europe/Berlin", *options, "-o", name)
        return str(self.made.path / name)

    def each(self, table, check):
        here = {name: reader for name, (reader, need) in table.items() if is_here(need)}
        missing = ", ".join(name for name in table if name not in here)
        if missing:
            print(f"skipped: not on this host: {missing}")
        for name, reader in here.items():
            with self.subTest(reader=name):
                check(name, reader)

    def test_every_reader_gets_every_text_and_number_of_every_csv_variant(self):
        files = {options: self.file(f"{at}.csv", *options, "--no-guard") for at, options in enumerate(VARIANTS)}

        def check(name, reader):
            for options, (delimiter, point) in VARIANTS.items():
                header, *rows = reader(files[options], delimiter)
                expected = [[row[0], row[1], row[2].replace(".", point), *row[3:8], row[8].replace(".", point), row[9]] for row in ROWS]
                for row, wanted in zip(rows, expected):
                    self.assertEqual(row, wanted, (name, options))
                self.assertEqual(len(rows), len(expected), (name, options))
                if "--labels" not in options:
                    self.assertEqual(header, HEADER, (name, options))
        self.each(CSV_READERS, check)

    def test_the_guard_is_undone_by_its_rule_whatever_the_reader(self):
        path = self.file("guarded.csv")
        read = by_python(path, ",")
        self.each(CSV_READERS, lambda name, reader: self.assertEqual(reader(path, ","), read, name))
        told_by_all = [row[0] for row in read[1:]]
        self.assertNotEqual(told_by_all, [row[0] for row in ROWS])
        for text in told_by_all:
            self.assertFalse(text.startswith(("=", "@")), text)

    def test_postgresql_copies_a_null_as_a_null_and_an_empty_text_as_an_empty_text(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        columns = ", ".join(f"{name} text" for name in HEADER)
        for options, (delimiter, _) in VARIANTS.items():
            if "--bom" in options or "--decimal" in options:
                continue  # COPY keeps a byte order mark as text
            content = pathlib.Path(self.file("copy.csv", *options, "--no-guard")).read_bytes()
            server.psql(f"DROP TABLE IF EXISTS x; CREATE TABLE x(i serial, {columns})")
            server.psql(f"COPY x({', '.join(HEADER)}) FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER E'{delimiter}')", stdin=content)
            told = json.loads(server.psql("SELECT json_agg(json_build_array(" + ", ".join(HEADER) + ") ORDER BY i) FROM x"))
            self.assertEqual(told, [[text, *NUMBERS] for text in TEXTS], options)

    def test_mariadb_loads_every_text(self):
        server = mariadb.Server(zones=False)
        self.addCleanup(server.close)
        server.run("CREATE DATABASE x CHARACTER SET utf8mb4")
        names = ", ".join(f'"{name}"' for name in HEADER)
        columns = ", ".join(f'"{name}" longtext' for name in HEADER)
        for options, (delimiter, _) in VARIANTS.items():
            if "--bom" in options or "--decimal" in options:
                continue  # LOAD DATA keeps a byte order mark as text
            path = server.path / "load.csv"
            path.write_bytes(pathlib.Path(self.file("load.csv", *options, "--no-guard")).read_bytes())
            path.chmod(0o644)
            ends = "0d0a" if "--crlf" in options else "0a"
            server.run(f"""DROP TABLE IF EXISTS x; CREATE TABLE x(i INT AUTO_INCREMENT PRIMARY KEY, {columns});
LOAD DATA INFILE '{path}' INTO TABLE x CHARACTER SET utf8mb4 FIELDS TERMINATED BY '{delimiter}' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
LINES TERMINATED BY 0x{ends} IGNORE 1 LINES ({names});""", "x")
            told = server.run(f"SET group_concat_max_len = 1000000; SELECT hex(json_arrayagg(json_array({names}) ORDER BY i)) FROM x", "x")
            told = json.loads(bytes.fromhex(told))
            self.assertEqual(texts(told), ROWS, options)

    def test_json_and_json_lines_are_read_with_their_types(self):
        lines = self.file("x.jsonl", "--format", "jsonl")
        whole = self.file("x.json", "--format", "json")
        expected = [[text, *TYPED] for text in TEXTS]
        self.assertEqual([list(row.values()) for row in json.loads(pathlib.Path(whole).read_text())], expected)
        readers = {"Python": (lambda path: json.dumps([list(row.values()) for row in (json.loads(pathlib.Path(path).read_text()) if path == whole else
                                                       [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()])]), None),
                   "DuckDB": (lambda path: json.dumps(told_by_duckdb(f"SELECT * FROM read_json('{path}', columns={{{DUCK_TYPES}}})")), duckdb.library),
                   "Miller": (lambda path: json.dumps([list(row.values()) for row in json.loads(output("mlr", "--ijson", "--ojson", "cat", path))]), "mlr"),
                   "Perl": (lambda path: output("perl", "-MJSON::PP", "-e", """local $/; open my $f, '<', $ARGV[0] or die; my $t = <$f>; my @rows;
if ($t =~ /^\\[/) { @rows = @{decode_json($t)} } else { @rows = map { decode_json($_) } split /\\n/, $t }
my @names = qw(""" + " ".join(HEADER) + """); print encode_json([map { my $r = $_; [map { $r->{$_} } @names] } @rows]);""", path), "perl"),
                   "jq": (lambda path: output("jq", "-c", "-s", "if length == 1 and (.[0] | type) == \"array\" then .[0] else . end | map([.[]])", path), "jq"),
                   "Node.js": (lambda path: output("node", "-e", """const t = require('fs').readFileSync(process.argv[1], 'utf8').trim();
const rows = t.startsWith('[') ? JSON.parse(t) : t.split('\\n').map((line) => JSON.parse(line)); console.log(JSON.stringify(rows.map(Object.values)))""", path), "node"),
                   "Ruby": (lambda path: output("ruby", "-rjson", "-e", """t = File.read(ARGV[0], encoding: 'utf-8').strip
rows = t.start_with?('[') ? JSON.parse(t) : t.split("\\n").map { |line| JSON.parse(line) }; puts JSON.generate(rows.map(&:values))""", path), "ruby"),
                   "PHP": (lambda path: output("php", "-r", """$t = trim(file_get_contents($argv[1])); $f = JSON_THROW_ON_ERROR;
$rows = $t[0] === '[' ? json_decode($t, true, 512, $f) : array_map(fn($line) => json_decode($line, true, 512, $f), explode("\\n", $t));
echo json_encode(array_map('array_values', $rows), $f | JSON_PRESERVE_ZERO_FRACTION);""", "--", path), "php"),
                   "SQLite": (lambda path: output("sqlite3", ":memory:", f"""SELECT json_group_array(json(r)) FROM (
SELECT (SELECT json_group_array(CASE type WHEN 'true' THEN json('true') ELSE json_quote(value) END) FROM json_each(line.value)) AS r
FROM (SELECT trim(CAST(readfile('{path}') AS TEXT), char(10)) AS t)
JOIN json_each(CASE WHEN t LIKE '[%' THEN t ELSE '[' || replace(t, char(10), ',') || ']' END) AS line)"""),
                              "sqlite3"),
                   "R": (lambda path: output("Rscript", "--vanilla", "-e", """library(jsonlite); t <- readLines(commandArgs(TRUE)[1], encoding = "UTF-8")
rows <- if (startsWith(t[1], "[")) fromJSON(paste(t, collapse = "\\n"), simplifyVector = FALSE) else lapply(t, fromJSON, simplifyVector = FALSE)
cat(toJSON(lapply(rows, unname), auto_unbox = TRUE, null = "null", digits = NA))""", path), r_with_json),
                   "Go": (lambda path: json.dumps([[row[name] for name in HEADER] for row in told_by_go("""func main() {
  file, _ := os.Open(os.Args[1])
  decoder := json.NewDecoder(file)
  all := []interface{}{}
  for decoder.More() {
    var one interface{}
    if err := decoder.Decode(&one); err != nil { panic(err) }
    if list, ok := one.([]interface{}); ok { all = append(all, list...) } else { all = append(all, one) }
  }
  json.NewEncoder(os.Stdout).Encode(all)
}""", path)]), "go")}
        self.each(readers, lambda name, reader: [self.assertEqual(json.loads(reader(path)), expected, (name, path)) for path in (lines, whole)])

    def test_a_workbook_is_read_with_its_types(self):
        path = self.file("x.xlsx", "--format", "xlsx")
        shown = {"LibreOffice": (lambda folder: output("soffice", f"-env:UserInstallation=file://{folder}/home", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1", "--outdir", folder, path),
                                 "soffice"),
                 "SheetJS": (lambda folder: by_node("""const book = need('xlsx').readFile(process.argv[1], {raw: true});
require('fs').writeFileSync(process.argv[2] + '/x.csv', need('xlsx').utils.sheet_to_csv(book.Sheets.Report, {rawNumbers: true, blankrows: true})); console.log(1)""",
                                                     path, folder), node_readers),
                 "Gnumeric": (lambda folder: output("ssconvert", "-O", "separator=, format=raw", "-S", "-T", "Gnumeric_stf:stf_assistant", path, f"{folder}/x.csv"), "ssconvert")}
        sheet = openpyxl.load_workbook(path).worksheets[0]
        told = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        self.assertEqual([row[0] for row in told], [text or None for text in TEXTS], "a cell has no empty text")
        at = datetime.datetime(2026, 3, 17)
        self.assertEqual({tuple(row[1:]) for row in told},
                         {(-1234567, -0.05, 1500, "JPY", at, at.replace(hour=7), datetime.timedelta(hours=1, minutes=2, seconds=5), 0.999, True)})

        def check(name, reader):
            with tempfile.TemporaryDirectory() as folder:
                reader(folder)
                found = min(pathlib.Path(folder).glob("*.csv*"))
                with open(found, encoding="utf-8", newline="") as file:
                    rows = list(csv.reader(file))[1:]
            self.assertEqual([row[0] for row in rows], [text or "" for text in TEXTS], name)
            self.assertEqual({tuple(float(value) for value in row[1:4]) for row in rows}, {(-1234567.0, -0.05, 1500.0)}, name)
        self.each(shown, check)


if __name__ == "__main__":
    e2e.main()
