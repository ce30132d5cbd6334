-- SPDX-License-Identifier: MIT
-- shop.sql: the database that the tool's tests ask. A value of every kind, and texts that try to do harm.
CREATE TABLE Item (
    Id INTEGER PRIMARY KEY,
    Name TEXT,
    Price REAL,
    Stock INT,
    Serial BIGINT UNSIGNED,
    OnSale BOOLEAN,
    Made DATETIME,
    Picture BLOB
);
INSERT INTO Item VALUES (1, 'Apple', 0.5, 120, 1, 1, '2024-02-29 12:30:00', x'00ff10');
INSERT INTO Item VALUES (2, 'pear, "ripe"', 1e300, -7, 9223372036854775807, 0, '2024-02-29 12:30:00.250', x'');
INSERT INTO Item VALUES (3, '', -0.0, 0, 0, NULL, '1969-12-31 23:59:59', NULL);
INSERT INTO Item VALUES (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO Item VALUES (5, 'NULL', 3, 9223372036854775807, 42, 1, '2024-01-01', x'41');
INSERT INTO Item VALUES (6, '日本語 ｗｉｄｅ', 0.1, 1, 2, 0, '2024-01-01T00:00:00+02:00', x'42');

-- Texts that a terminal, a spreadsheet or a parser might take for more than text.
CREATE TABLE Hostile (Id INTEGER PRIMARY KEY, Note TEXT);
INSERT INTO Hostile VALUES (1, 'two' || char(10) || 'lines');
INSERT INTO Hostile VALUES (2, 'tab' || char(9) || 'and' || char(13) || 'return');
INSERT INTO Hostile VALUES (3, char(27) || ']0;title' || char(7) || char(27) || '[31mred');
INSERT INTO Hostile VALUES (4, 'c1 ' || char(155) || '31m and delete ' || char(127));
INSERT INTO Hostile VALUES (5, 'turned ' || char(8238) || 'round' || char(8232) || 'line separator');
INSERT INTO Hostile VALUES (6, CAST(x'61ff62c328' AS TEXT));
INSERT INTO Hostile VALUES (7, CAST(x'610062' AS TEXT));
INSERT INTO Hostile VALUES (8, '\back" ''slash'' \n');

-- Names that are no WQL names, and a value that is not of its column's type.
CREATE TABLE "odd table" ("a b" INT, "select" TEXT, "1st" TEXT);
INSERT INTO "odd table" VALUES (1, 'x', 'y');
CREATE TABLE Loose (Id INTEGER PRIMARY KEY, N INT);
INSERT INTO Loose VALUES (1, 10), (2, 'ten'), (3, 10.5), (4, x'0a');

CREATE TABLE Many (Id INTEGER PRIMARY KEY, Text TEXT);
INSERT INTO Many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
    SELECT i, 'row number ' || i FROM n;
CREATE TABLE Void (Id INTEGER PRIMARY KEY, Name TEXT, Amount REAL);

-- Longer than anyone waits: with rows on the way, and inside one step of SQLite.
CREATE VIEW Pairs AS SELECT a.Id AS A, b.Id AS B FROM Many a, Many b, Many c;
CREATE VIEW Endless AS SELECT a.Id AS A FROM Many a, Many b, Many c WHERE a.Id + b.Id + c.Id < 0;
