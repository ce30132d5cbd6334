-- SPDX-License-Identifier: MIT
-- shop.sql: a database for 01_hello and 12_hello: sqlite3 shop.db <shop.sql
CREATE TABLE Product(Id INTEGER PRIMARY KEY, Name TEXT NOT NULL, Price REAL);
INSERT INTO Product VALUES(1, 'Apple', 0.5), (2, 'Cactus', 12), (3, 'Lamp', 39.5), (4, 'Riddle', NULL);
