//! Query Service reaches nested fields with dots (`commerce.order.purchaseID`,
//! `productListItems[0].SKU`); SQLite with a JSON operator. This turns the one into the other, so
//! that a query tried here can be pasted there.

/// Turns each chain that starts with an XDM field into SQLite's way to read it. Texts, comments and
/// everything else stay as they are.
pub(crate) fn translate(sql: &str, fields: &[String]) -> String {
    let bytes = sql.as_bytes();
    let mut out = String::with_capacity(sql.len() + 32);
    let mut at = 0;
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = opaque(rest) {
            out.push_str(&rest[..length]);
            at += length;
            continue;
        }
        let (parts, length) = chain(rest);
        if length > 0 {
            // A number's digits are not the head of a chain, nor is what follows a dot.
            let joined = at > 0 && (bytes[at - 1] == b'.' || is_word(bytes[at - 1]));
            match (joined, rewrite(&parts, fields)) {
                (false, Some(text)) => out.push_str(&text),
                _ => out.push_str(&rest[..length]),
            }
            at += length;
            continue;
        }
        let next = rest.chars().next().map_or(1, char::len_utf8);
        out.push_str(&rest[..next]);
        at += next;
    }
    out
}

/// The name of a result's column: for a translated chain its last part, as in Query Service.
pub(crate) fn column(name: &str) -> &str {
    let inner = name.strip_prefix('(').and_then(|rest| rest.split_once(" ->> '$")?.1.strip_suffix("\"')"));
    inner.and_then(|path| path.rsplit('"').next()).filter(|last| !last.is_empty()).unwrap_or(name)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The length of a text or a comment at the start.
fn opaque(rest: &str) -> Option<usize> {
    if rest.starts_with("--") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if let Some(comment) = rest.strip_prefix("/*") {
        return Some(comment.find("*/").map_or(rest.len(), |end| end + 4));
    }
    rest.starts_with('\'').then(|| quotation(rest, b'\''))
}

/// The length of a quotation, in which the mark is doubled to stand for itself.
fn quotation(rest: &str, mark: u8) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == mark {
            if bytes.get(at + 1) != Some(&mark) {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    rest.len()
}

enum Part {
    Name { text: String, quoted: bool },
    Index(String),
}

/// The names and indices joined by dots and brackets at the start, and their length.
fn chain(rest: &str) -> (Vec<Part>, usize) {
    let mut parts = Vec::new();
    let mut at = 0;
    loop {
        let tail = &rest[at..];
        let first = tail.as_bytes().first().copied().unwrap_or(b' ');
        if first == b'"' {
            let length = quotation(tail, b'"');
            let text = tail[1..length.max(2) - 1].replace("\"\"", "\"");
            parts.push(Part::Name { text, quoted: true });
            at += length;
        } else if is_word(first) && !first.is_ascii_digit() {
            let length = tail.bytes().take_while(|byte| is_word(*byte)).count();
            parts.push(Part::Name { text: tail[..length].to_owned(), quoted: false });
            at += length;
        } else {
            // A dot with nothing that may follow it (`t.*`) does not belong to the chain.
            return (parts, at.saturating_sub(usize::from(at > 0)));
        }
        while rest[at..].starts_with('[') {
            let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || rest.as_bytes().get(at + 1 + digits) != Some(&b']') {
                return (parts, at);
            }
            parts.push(Part::Index(rest[at + 1..at + 1 + digits].to_owned()));
            at += digits + 2;
        }
        if !rest[at..].starts_with('.') {
            return (parts, at);
        }
        at += 1;
    }
}

/// The SQLite form, when the chain goes below a top-level field (its own or after a table's name).
fn rewrite(parts: &[Part], fields: &[String]) -> Option<String> {
    let is_field = |part: Option<&Part>| matches!(part, Some(Part::Name { text, .. }) if fields.contains(text));
    let head = match (is_field(parts.first()), is_field(parts.get(1))) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => return None,
    };
    let below = parts.get(head + 1..).filter(|below| !below.is_empty())?;
    let mut column = String::new();
    for (at, part) in parts.iter().enumerate().take(head + 1) {
        if let Part::Name { text, quoted } = part {
            if at > 0 {
                column.push('.');
            }
            if *quoted {
                column.push_str(&crate::store::quoted(text));
            } else {
                column.push_str(text);
            }
        }
    }
    let mut path = String::from("$");
    for part in below {
        match part {
            Part::Index(index) => path.push_str(&format!("[{index}]")),
            Part::Name { text, .. } => {
                path.push_str(".\"");
                path.push_str(&text.replace('"', ""));
                path.push('"');
            }
        }
    }
    Some(format!("({column} ->> '{}')", path.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::translate;

    fn of(sql: &str) -> String {
        let fields = ["commerce", "web", "productListItems", "identityMap"].map(str::to_owned);
        translate(sql, &fields)
    }

    #[test]
    fn chains_become_paths() {
        assert_eq!(
            of("SELECT commerce.order.purchaseID FROM your_dataset"),
            "SELECT (commerce ->> '$.\"order\".\"purchaseID\"') FROM your_dataset"
        );
        assert_eq!(
            of("select d.productListItems[0].SKU, identityMap.\"ECID\"[0].id"),
            "select (d.productListItems ->> '$[0].\"SKU\"'), (identityMap ->> '$.\"ECID\"[0].\"id\"')"
        );
    }

    #[test]
    fn columns_have_the_last_name() {
        let name = "(commerce ->> '$.\"order\".\"purchaseID\"')";
        assert_eq!(super::column(name), "purchaseID");
        assert_eq!(super::column("count(*)"), "count(*)");
    }

    #[test]
    fn everything_else_stays() {
        for sql in [
            "SELECT * FROM your_dataset ORDER BY timestamp DESC",
            "SELECT 'commerce.order', \"x\"\"y\" -- web.webPageDetails\n, web",
            "SELECT t.eventType, t.* FROM \"dataset_a.b\" t /* commerce.order */ WHERE 1.5 < 2",
            "SELECT 'it''s commerce.x' , 'unclosed",
            "SELECT xdm ->> '$.web.name', é.ü FROM x; [web]",
        ] {
            assert_eq!(of(sql), sql);
        }
    }
}
