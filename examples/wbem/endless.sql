-- SPDX-License-Identifier: MIT
-- A class without an end, to have something to cancel.
CREATE VIEW Counting AS
    WITH RECURSIVE numbers(Id) AS (SELECT 1 UNION ALL SELECT Id + 1 FROM numbers)
    SELECT Id FROM numbers;
