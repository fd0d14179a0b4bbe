//! A raw export as a table of text, and the ways in which it is spoilt.
//!
//! Cells keep their text to the byte, the byte order mark and the spelling of the header are kept, and rows may have any number
//! of cells: an export is as messy as the systems that it comes from.

use std::collections::BTreeMap;

use super::random::Random;

/// What spreadsheets and Windows put in front of UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Cells that no column can take for a value.
const GARBAGE: [&str; 5] = ["#REF!", "???", "<null>", "x9x9", "0x"];
/// One of how many rows becomes garbage.
const GARBAGE_SHARE: usize = 10;

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    marked: bool,
    /// The header as it is spelt.
    pub(super) header: Vec<Vec<u8>>,
    /// The rows.
    pub(super) rows: Vec<Vec<Vec<u8>>>,
}

impl Table {
    /// Reads a comma-separated file; why it cannot be read otherwise.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = bytes.strip_prefix(BYTE_ORDER_MARK);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.unwrap_or(bytes));
        let mut rows = Vec::new();
        for record in reader.byte_records() {
            let record = record.map_err(|error| error.to_string())?;
            rows.push(record.iter().map(<[u8]>::to_vec).collect());
        }
        if rows.len() < 2 {
            return Err("it holds no rows".to_owned());
        }
        let header: Vec<Vec<u8>> = rows.remove(0);
        if header.len() < 2 {
            return Err("its first line holds no names separated by commas".to_owned());
        }
        Ok(Self {
            marked: text.is_some(),
            header,
            rows,
        })
    }

    /// The file, with this between its cells.
    pub(super) fn bytes(&self, delimiter: u8) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_writer(Vec::new());
        for row in std::iter::once(&self.header).chain(&self.rows) {
            // Writing to memory cannot fail.
            let _ = writer.write_record(row);
        }
        let body = writer.into_inner().unwrap_or_default();
        let mark = if self.marked { BYTE_ORDER_MARK } else { b"" };
        [mark, &body].concat()
    }

    /// The place of a column, found as the contract names it: exports spell their headers with blanks and capitals.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        let wanted = clean(name.as_bytes());
        self.header.iter().position(|spelt| clean(spelt) == wanted)
    }

    /// A cell; empty where a row is too short.
    fn cell(&self, row: usize, column: usize) -> &[u8] {
        self.rows[row].get(column).map_or(b"", Vec::as_slice)
    }

    /// The same table with a column of another name.
    pub(super) fn renamed(&self, column: usize, random: &mut Random) -> Self {
        let mut table = self.clone();
        table.header[column].extend(format!("_{}", random.word(6)).bytes());
        table
    }

    /// The same table with a tenth of its rows, and no fewer, made of cells that mean nothing.
    pub(super) fn with_garbage(&self, random: &mut Random) -> Self {
        let mut table = self.clone();
        let mut order: Vec<usize> = (0..table.rows.len()).collect();
        random.shuffle(&mut order);
        for row in &order[..table.rows.len().div_ceil(GARBAGE_SHARE)] {
            for cell in &mut table.rows[*row] {
                *cell = GARBAGE[random.below(GARBAGE.len())].as_bytes().to_vec();
            }
        }
        table
    }

    /// The same table with the cells of one column in another order.
    ///
    /// A date means something only beside the period of its own row: dates therefore change places within rows of the same
    /// period, or hardly any would still mean an event.
    pub(super) fn shuffled(&self, column: usize, period: Option<usize>, random: &mut Random) -> Self {
        let mut groups: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        let period = period.filter(|_| self.holds_dates(column));
        for row in (0..self.rows.len()).filter(|row| column < self.rows[*row].len()) {
            let group = period.map_or(&b""[..], |period| self.cell(row, period));
            groups.entry(group).or_default().push(row);
        }
        let mut table = self.clone();
        for rows in groups.values() {
            let mut givers = rows.clone();
            random.shuffle(&mut givers);
            for (row, giver) in rows.iter().zip(givers) {
                table.rows[*row][column] = self.rows[giver][column].clone();
            }
        }
        table
    }

    /// Are most cells of a column that hold anything dates, such as `2025-06-30`?
    fn holds_dates(&self, column: usize) -> bool {
        let is_date = |cell: &[u8]| {
            let separated = |at: usize| matches!(cell.get(at), Some(b'-' | b'/' | b'.'));
            let year_first = cell.len() >= 10 && separated(4) && separated(7);
            let year_last = cell.len() >= 10 && separated(2) && separated(5);
            (year_first || year_last) && cell.iter().filter(|byte| byte.is_ascii_digit()).count() >= 8
        };
        let cells = (0..self.rows.len()).map(|row| self.cell(row, column).trim_ascii());
        let (dates, all) = cells
            .filter(|cell| !cell.is_empty())
            .fold((0, 0), |(dates, all), cell| {
                (dates + usize::from(is_date(cell)), all + 1)
            });
        dates * 2 > all
    }

    /// The same table with two more columns that hold the target: its text, and a number that tells as much.
    pub(super) fn with_planted(&self, target: usize, random: &mut Random) -> Self {
        let mut table = self.clone();
        let numbers = self.as_numbers(target);
        for name in [0, 1].map(|_| random.word(8)) {
            table.header.push(name.into_bytes());
        }
        let width = self.header.len();
        for (row, number) in numbers.into_iter().enumerate() {
            let cell = self.cell(row, target).to_vec();
            // A row that was torn stays torn: only whole ones get cells in the right places.
            if table.rows[row].len() == width {
                table.rows[row].push(cell);
                table.rows[row].push(number.into_bytes());
            }
        }
        table
    }

    /// A column as numbers: its own where it holds numbers, otherwise one for each text, or for "something is there" when there
    /// are many texts.
    fn as_numbers(&self, column: usize) -> Vec<String> {
        let cells: Vec<String> = (0..self.rows.len())
            .map(|row| String::from_utf8_lossy(self.cell(row, column)).trim().to_owned())
            .collect();
        let numbers = cells.iter().filter(|cell| cell.parse::<f64>().is_ok()).count();
        if numbers * 2 > cells.len() {
            return cells;
        }
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for cell in &cells {
            let next = codes.len();
            codes.entry(cell).or_insert(next);
        }
        let few = codes.len() <= 20;
        cells
            .iter()
            .map(|cell| {
                if few {
                    codes[cell.as_str()]
                } else {
                    usize::from(!cell.is_empty())
                }
                .to_string()
            })
            .collect()
    }

    /// The same table in which the rows with this cell have the features and the target of other rows of theirs, while the
    /// columns of `kept` stay. Whole rows move, so that a model which is good stays good and is published.
    ///
    /// With `skewed`, the givers are the rows whose numbers are high, so that the middle of every column moves as well.
    /// `None` when there are too few such rows.
    pub(super) fn with_other_period(
        &self,
        period: (usize, &str),
        kept: &[usize],
        skewed: bool,
        random: &mut Random,
    ) -> Option<Self> {
        let (column, value) = period;
        let width = self.header.len();
        let rows: Vec<usize> = (0..self.rows.len())
            .filter(|row| self.rows[*row].len() == width)
            .filter(|row| String::from_utf8_lossy(self.cell(*row, column)).trim() == value)
            .collect();
        if rows.len() < 10 {
            return None;
        }
        let mut givers = rows.clone();
        random.shuffle(&mut givers);
        if skewed {
            let ranks = self.ranks(&rows, kept);
            givers.sort_by_key(|row| std::cmp::Reverse(ranks.get(row).copied().unwrap_or(0)));
        }
        givers.truncate((rows.len() / if skewed { 2 } else { 3 }).max(2));
        let mut table = self.clone();
        for row in rows {
            let giver = givers[random.below(givers.len())];
            for place in (0..width).filter(|place| *place != column && !kept.contains(place)) {
                table.rows[row][place] = self.rows[giver][place].clone();
            }
        }
        (table != *self).then_some(table)
    }

    /// How high the numbers of each row are, over all columns that hold numbers.
    fn ranks(&self, rows: &[usize], kept: &[usize]) -> BTreeMap<usize, usize> {
        let mut ranks = BTreeMap::new();
        for column in (0..self.header.len()).filter(|column| !kept.contains(column)) {
            let mut numbers: Vec<(f64, usize)> = rows
                .iter()
                .filter_map(|row| {
                    let text = String::from_utf8_lossy(self.cell(*row, column)).into_owned();
                    let number: f64 = text.trim().parse().ok()?;
                    number.is_finite().then_some((number, *row))
                })
                .collect();
            if numbers.len() * 2 < rows.len() {
                continue;
            }
            numbers.sort_by(|one, other| one.0.total_cmp(&other.0));
            let mut rank = 0;
            for (place, (number, row)) in numbers.iter().enumerate() {
                // Equal numbers have one rank, or the order of the file would decide.
                if place > 0 && numbers[place - 1].0 < *number {
                    rank = place;
                }
                *ranks.entry(*row).or_default() += rank;
            }
        }
        ranks
    }
}

/// A header as code sees it: trimmed, in lower case, with underscores for blanks.
pub(in super::super) fn clean(spelt: &[u8]) -> String {
    String::from_utf8_lossy(spelt).trim().to_lowercase().replace(' ', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messy() -> Table {
        let mut text = "\u{feff}Key, Plan Name,fee,month,left on\n".to_owned();
        for row in 0..100 {
            let month = if row % 3 == 0 { "2025-06" } else { "05/2025" };
            let left = if row % 7 == 0 { "2025-07-03" } else { "" };
            text.push_str(&format!("k{row},\" a \"\"b\"\", c\",{row}.50,{month},{left}\n"));
        }
        Table::parse(text.as_bytes()).expect("a table")
    }

    #[test]
    fn what_is_not_changed_keeps_its_bytes() {
        let text = b"\xef\xbb\xbf Plan,Fee\n\"a,b\", 1\n\xff,\"say \"\"x\"\"\"\n,\n";
        let table = Table::parse(text).expect("a table");
        assert_eq!(table.bytes(b','), text);
        assert_eq!(table.column("plan"), Some(0), "past the mark and the blank");
        assert_eq!(messy().column("plan_name"), Some(1));
        assert_eq!(messy().column("plan name"), Some(1));
        assert_eq!(messy().column("nothing"), None);
    }

    #[test]
    fn what_is_no_table_is_said() {
        for bytes in [&b""[..], b"a,b\n", b"no table\nat all\n"] {
            assert!(Table::parse(bytes).is_err());
        }
    }

    #[test]
    fn garbage_is_a_tenth_of_the_rows() {
        let (table, spoilt) = (messy(), messy().with_garbage(&mut Random::of("x")));
        let changed = table
            .rows
            .iter()
            .zip(&spoilt.rows)
            .filter(|(one, two)| one != two)
            .count();
        assert_eq!(changed, 10);
        assert_eq!(table.header, spoilt.header);
    }

    #[test]
    fn shuffling_moves_one_column_alone() {
        let (table, shuffled) = (messy(), messy().shuffled(4, None, &mut Random::of("x")));
        let column = |table: &Table, at: usize| table.rows.iter().map(|row| row[at].clone()).collect::<Vec<_>>();
        assert_ne!(column(&table, 4), column(&shuffled, 4));
        assert_eq!(column(&table, 2), column(&shuffled, 2));
        let (mut one, mut two) = (column(&table, 4), column(&shuffled, 4));
        one.sort();
        two.sort();
        assert_eq!(one, two);
    }

    #[test]
    fn dates_stay_in_their_period_and_numbers_do_not() {
        let (table, dates) = (messy(), messy().shuffled(4, Some(3), &mut Random::of("x")));
        let count = |table: &Table| {
            let rows = table.rows.iter();
            rows.filter(|row| row[3] == b"2025-06" && !row[4].is_empty()).count()
        };
        assert_eq!(count(&table), count(&dates));
        assert_ne!(table, dates);
        let numbers = table.shuffled(2, Some(3), &mut Random::of("x"));
        let moved = table.rows.iter().zip(&numbers.rows).filter(|(one, two)| {
            let from = table.rows.iter().find(|row| row[2] == two[2]).map(|row| &row[3]);
            from != Some(&one[3])
        });
        assert!(moved.count() > 10);
    }

    #[test]
    fn planted_columns_tell_the_target() {
        let planted = messy().with_planted(4, &mut Random::of("x"));
        assert_eq!(planted.header.len(), 7);
        for row in &planted.rows {
            assert_eq!(row[5], row[4]);
            assert_eq!(row[6] == b"0", row[4] == b"2025-07-03", "two texts have two codes");
        }
    }

    #[test]
    fn only_the_period_changes_and_its_keys_stay() {
        let table = messy();
        for skewed in [true, false] {
            let other = table
                .with_other_period((3, "2025-06"), &[0], skewed, &mut Random::of("x"))
                .expect("enough rows");
            for (row, (before, after)) in table.rows.iter().zip(&other.rows).enumerate() {
                assert_eq!((&before[0], &before[3]), (&after[0], &after[3]));
                assert!(row % 3 == 0 || before == after);
            }
            let sum = |table: &Table| {
                table
                    .rows
                    .iter()
                    .map(|row| String::from_utf8_lossy(&row[2]).parse::<f64>().expect("a fee"))
                    .sum::<f64>()
            };
            assert!((sum(&table) - sum(&other)).abs() > 1.0);
            assert!(!skewed || sum(&other) > sum(&table) + 300.0, "the high ones give");
        }
        assert!(
            table
                .with_other_period((3, "1999-01"), &[0], true, &mut Random::of("x"))
                .is_none()
        );
    }

    #[test]
    fn another_delimiter_and_another_name() {
        let table = messy();
        let text = String::from_utf8(table.bytes(b';')).expect("text");
        assert!(text.starts_with("\u{feff}Key; Plan Name;fee"));
        assert_eq!(table.renamed(2, &mut Random::of("x")).column("fee"), None);
    }
}
