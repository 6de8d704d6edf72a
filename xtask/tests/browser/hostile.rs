//! What programs and submissions have written stands in the page, and does nothing there.

use super::class::{page, unreadable, with};
use super::devtools::{Page, browser, lock};
use harness::check::must_be_escaped;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rstest::rstest;
use serde_json::{Value, json};

/// Ways out of an element, an attribute, a comment, a script, a style and a picture.
const ATTACKS: [&str; 12] = [
    "</script><script>window.pwned = 1</script>",
    "<!--<script>",
    "--><img src=x onerror=\"window.pwned = 2\">",
    "\"><svg onload='window.pwned = 3'></svg>",
    "' onfocus='window.pwned = 4' autofocus '",
    "</style></title></textarea></template></noscript><iframe srcdoc=\"<script>parent.pwned = 5</script>\"></iframe>",
    "]]><script xmlns=\"http://www.w3.org/1999/xhtml\">window.pwned = 6</script>",
    "javascript:window.pwned=7//<a href=\"javascript:window.pwned=7\">x</a>",
    "<link rel=stylesheet href=http://192.0.2.1/x><img src=http://192.0.2.1/y><style>@import url(http://192.0.2.1/z);* { display: none }</style>",
    "\u{1b}[31m\u{202e}gnp.exe\u{2066}\u{2028}window.pwned = 8\u{2029}\0\u{feff}",
    "&lt;b&gt;&#60;b&#62;&amp;lt;",
    "%3Cscript%3E#s=x&c=y&v=f",
];

/// Nothing was run, nothing was asked for, and nothing is there that the report has not made.
fn is_unharmed(page: &mut Page<'_>, scripts: &Value) {
    assert_eq!(page.eval("window.pwned ?? null"), Value::Null);
    assert_eq!(page.eval("document.querySelectorAll('script:not([type])').length"), *scripts);
    let foreign = "document.querySelectorAll('iframe, link, object, embed, base, template, body style, [onload], [onerror], [onfocus], [src]:not([src^=\"data:image/svg+xml\"])').length";
    assert_eq!(page.eval(foreign), json!(0));
    let asked: Vec<_> =
        page.events("Network.requestWillBeSent").iter().map(|event| event["request"]["url"].clone()).collect();
    let is_own = |url: &Value| {
        url.as_str().is_some_and(|url| ["file:", "data:image/svg+xml", "about:"].iter().any(|own| url.starts_with(own)))
    };
    assert!(asked.iter().all(is_own), "{asked:#?}");
    assert!(page.events("Page.javascriptDialogOpening").is_empty());
    assert!(page.events("Runtime.exceptionThrown").is_empty());
    assert!(page.events("Log.entryAdded").is_empty(), "{:#?}", page.events("Log.entryAdded"));
}

#[test]
fn what_a_program_wrote_does_nothing() {
    let Some(browser) = browser() else { return };
    let mut browser = lock(&browser);
    let all = ATTACKS.join(" ");
    let mut outcomes: Vec<_> = ATTACKS.iter().map(|attack| with(attack, "fupffe", attack)).collect();
    outcomes.push(with("all", "ssseue", &all));
    outcomes.push(unreadable("none", &all));
    let (_dir, file) = page(&outcomes);
    let mut page = browser.page(1280, 800);
    page.open(&file, "");
    is_unharmed(&mut page, &json!(1));
    page.eval("document.querySelectorAll('details').forEach((details) => details.open = true)");
    page.wait(".group .names a");
    for row in 0..outcomes.len() {
        page.eval(&format!("document.querySelectorAll('#grid tbody a')[{row}].click()"));
        page.wait(&format!("dialog[open][data-ready][data-row='{row}']"));
        page.eval("document.querySelectorAll('dialog details').forEach((details) => details.open = true)");
        page.wait("dialog:not(:has(details[data-series]:not([data-ready])))");
        page.eval("Promise.all([...document.querySelectorAll('dialog img')].map((image) => image.decode()))");
        page.eval("document.querySelectorAll('dialog details').forEach((details) => details.open = true)");
        page.picture(&format!("hostile-{row}"));
        is_unharmed(&mut page, &json!(1));
        page.eval("document.getElementById('d-close').click()");
        page.wait("dialog:not([open])");
    }
    // The words themselves can still be read.
    assert!(page.text("document.querySelector('#grid tbody').textContent").contains(ATTACKS[0]));
}

/// The second line of defence: markup that stands in the page all the same.
#[rstest]
#[case::an_event("<img src=data:, onerror='window.pwned = 1'>", "script-src-attr")]
#[case::a_picture_from_elsewhere("<img src='http://192.0.2.1/x'>", "img-src")]
#[case::a_style("<style>body { display: none }</style>", "style-src-elem")]
#[case::a_frame("<iframe src='http://192.0.2.1/'></iframe>", "frame-src")]
fn the_policy_of_the_page_stops_what_would_get_through(#[case] markup: &str, #[case] directive: &str) {
    let Some(browser) = browser() else { return };
    let mut browser = lock(&browser);
    let (_dir, file) = page(&super::sample());
    let mut page = browser.page(1280, 800);
    page.open(&file, "");
    let violated = page.eval(&format!(
        "new Promise((done) => {{
           document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
           document.body.insertAdjacentHTML('beforeend', {markup:?});
           // A page without a policy is told of nothing, however often it is drawn.
           const turn = (left) => left ? requestAnimationFrame(() => turn(left - 1)) : done('nothing');
           turn(30);
         }})"
    ));
    assert_eq!(violated, json!(directive));
    assert_eq!(page.eval("window.pwned ?? null"), Value::Null);
}

/// Any text stands in its element as it is, but for characters that nobody should see.
#[test]
fn no_text_leaves_its_element() {
    let Some(browser) = browser() else { return };
    let mut browser = lock(&browser);
    let mut runner = TestRunner::deterministic();
    let piece = prop_oneof![
        any::<String>(),
        proptest::sample::select(&ATTACKS[..]).prop_map(str::to_owned),
        "[<>&\"'/!=a-z;#x0-9 -]{0,12}"
    ];
    let text = proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat());
    let texts: Vec<String> = (0..400).map(|_| text.new_tree(&mut runner).unwrap().current()).collect();
    let outcomes: Vec<_> = texts.iter().map(|text| with(text, "ssspup", text)).collect();
    let (_dir, file) = page(&outcomes);
    let mut page = browser.page(1280, 800);
    page.open(&file, "");
    let seen = |c: char| {
        let is_none = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
        if !matches!(c, '\n' | '\t') && (must_be_escaped(c) || is_none) { char::REPLACEMENT_CHARACTER } else { c }
    };
    let expected: Vec<String> = texts.iter().map(|text| text.chars().map(seen).collect()).collect();
    let names = page.eval("[...document.querySelectorAll('#grid tbody bdi')].map((name) => name.textContent)");
    assert_eq!(names, json!(expected));
    // Every name leads to its own submission, and what is unpacked has the words as well.
    for row in (0..texts.len()).step_by(40) {
        page.eval(&format!("document.querySelectorAll('#grid tbody a')[{row}].click()"));
        page.wait(&format!("dialog[open][data-ready][data-row='{row}']"));
        assert_eq!(page.text("document.getElementById('d-title').textContent"), expected[row]);
        assert_eq!(
            page.text("document.querySelector('dialog .source:not(.c) code').textContent"),
            format!("{}.py", expected[row])
        );
        page.eval("document.getElementById('d-close').click()");
        page.wait("dialog:not([open])");
    }
    is_unharmed(&mut page, &json!(1));
}
