//! The HTML report in a real browser: sorting, filtering, the keyboard, what a screen reader is told, a phone, light and dark, and that
//! nothing that a program wrote does anything there.
//!
//! Where no Chromium is installed, the tests say so on standard error and pass. With NETLINGS_REQUIRE_BROWSER=1 in the
//! environment they fail. `cargo xtask ci --browser` installs one and runs them. With NETLINGS_PICTURES=DIR they leave pictures there.

mod class;
mod devtools;
mod hostile;
mod looks;

use class::{page, sample};
use devtools::{Page, browser, lock};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Opens the sample class on a desktop, and does something there.
fn on_desktop(fragment: &str, work: impl FnOnce(&mut Page<'_>)) {
    let Some(browser) = browser() else { return };
    let mut browser = lock(&browser);
    let (_dir, file) = page(&sample());
    let mut page = browser.page(1280, 800);
    page.open(&file, fragment);
    work(&mut page);
    assert!(page.events("Runtime.exceptionThrown").is_empty(), "{:?}", page.events("Runtime.exceptionThrown"));
}

/// The names of the rows that are shown, in order.
fn shown(page: &mut Page<'_>) -> Vec<String> {
    let names = "[...document.querySelectorAll('#grid tbody tr')].filter((tr) => tr.checkVisibility()).map((tr) => tr.cells[0].textContent)";
    serde_json::from_value(page.eval(names)).unwrap()
}

/// What has the focus, in a few words.
fn focus(page: &mut Page<'_>) -> String {
    page.text(
        "(() => { const it = document.activeElement, td = it.closest('th, td'), tr = it.closest('tr');
           return !td ? it.id || it.textContent : tr.closest('thead') ? 'head ' + it.textContent : tr.cells[0].textContent + ' ' + td.cellIndex })()",
    )
}

fn click(page: &mut Page<'_>, selector: &str) {
    page.eval(&format!("document.querySelector({selector:?}).click()"));
}

fn fragment(page: &mut Page<'_>) -> String {
    page.text("location.hash")
}

#[test]
fn rows_are_sorted_by_name_points_exercise_and_check() {
    on_desktop("", |page| {
        assert_eq!(shown(page)[..3], ["anna", "bert 10", "bert 9"]);
        click(page, "[data-by=name]");
        assert_eq!(shown(page)[..3], ["anna", "bert 9", "bert 10"], "numbers in names are numbers");
        click(page, "[data-by=name]");
        assert_eq!(shown(page)[0], "gero gero.zip is no archive");
        click(page, "[data-by=points]");
        assert_eq!(shown(page)[..3], ["anna", "bert 10", "finn"]);
        assert_eq!(page.text("document.querySelector('[aria-sort]').textContent"), "Points");
        click(page, "[data-by=udp_chat]");
        assert_eq!(shown(page)[..3], ["anna", "bert 10", "bert 9"]);
        click(page, "[data-by='tcp_server::two_clients']");
        assert_eq!(shown(page)[..2], ["bert 9", "carla"], "what failed comes first");
        assert_eq!(fragment(page), "#o=tcp_server%3A%3Atwo_clients");
    });
}

#[rstest]
#[case::text("#q=BERT", &["bert 10", "bert 9"])]
#[case::passed("#v=p", &["anna"])]
#[case::failed_in_a_check("#v=f&in=tcp_server%3A%3Arestarts_at_once", &["bert 10", "bert 9", "carla"])]
#[case::passed_in_an_exercise("#v=p&in=udp_chat", &["anna", "bert 10", "bert 9"])]
#[case::does_not_compile("#v=c", &["dora"])]
#[case::not_yet("#v=y", &["emil"])]
#[case::trouble_of_ours("#v=e", &["finn"])]
#[case::a_cause("#g=0", &["bert 10", "bert 9", "carla"])]
#[case::order("#q=bert&o=-name", &["bert 10", "bert 9"])]
#[case::what_nobody_knows("#v=x&in=nothing&g=99&s=nobody&o=nothing", &[])]
fn the_address_says_what_is_shown(#[case] address: &str, #[case] names: &[&str]) {
    on_desktop(address, |page| {
        let rows = shown(page);
        let first: Vec<_> = rows.iter().map(|name| name.lines().next().unwrap()).collect();
        assert_eq!(first, names);
        let text = page.text("document.getElementById('shown').textContent");
        assert_eq!(text, format!("{} of 8 submissions", names.len()));
    });
}

#[test]
fn what_is_chosen_is_kept_in_the_address() {
    on_desktop("", |page| {
        page.eval("document.getElementById('f-text').focus()");
        page.enter("a");
        page.eval("(() => { const it = document.getElementById('f-in'); it.value = 'udp_chat'; it.dispatchEvent(new Event('input', { bubbles: true })) })()");
        assert_eq!(fragment(page), "#q=a&in=udp_chat");
        assert_eq!(shown(page), ["anna", "carla", "dora"]);
        let columns = "[...document.querySelectorAll('.checks th')].filter((th) => th.checkVisibility()).map((th) => th.textContent)";
        assert_eq!(page.eval(columns), json!(["Submission", "Points", "sends", "receives", "ends_with_input"]));
        click(page, ".controls [type=reset]");
        assert_eq!((fragment(page).as_str(), shown(page).len()), ("", 8));
    });
}

#[test]
fn the_matrix_is_walked_through_and_details_opened_by_keyboard_alone() {
    on_desktop("", |page| {
        page.eval("document.querySelector('.controls [type=reset]').focus()");
        page.press("Tab");
        assert_eq!(focus(page), "anna 0", "the matrix is one stop");
        for key in ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"] {
            page.press(key);
        }
        assert_eq!(focus(page), "bert 9 3");
        page.press("End");
        assert_eq!(focus(page), "bert 9 7");
        page.press_with("Home", 2);
        assert_eq!(focus(page), "anna 0");
        page.press("ArrowUp");
        assert_eq!(focus(page), "head Submission");
        for key in ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowRight"] {
            page.press(key);
        }
        assert_eq!(focus(page), "head udp_chat");
        page.press("Enter");
        assert_eq!(fragment(page), "#o=-udp_chat");
        click(page, ".controls [type=reset]");

        page.eval("document.querySelector('#grid tbody tr:nth-child(3) td:nth-child(4)').focus()");
        page.press("Enter");
        page.wait("dialog[open][data-ready] details[data-ready]");
        assert_eq!(fragment(page), "#s=bert%209&c=tcp_server%3A%3Atwo_clients");
        assert!(
            page.eval("document.activeElement.matches('dialog li[data-check=\"tcp_server::two_clients\"] summary')")
                == json!(true)
        );
        let ring = page.text("getComputedStyle(document.activeElement).outlineStyle");
        assert_eq!(ring, "solid");
        page.press("Escape");
        page.wait("dialog:not([open])");
        assert_eq!(focus(page), "bert 9 3", "back where it was");
        page.press("Tab");
        assert_eq!(
            page.text("document.activeElement.closest('.group') !== null"),
            "true",
            "the rest of the matrix is no stop"
        );
    });
}

#[test]
fn an_address_opens_the_details_of_a_check() {
    on_desktop("#s=carla&c=tcp_server%3A%3Arestarts_at_once", |page| {
        page.wait("dialog[open] details[data-ready]");
        assert_eq!(page.text("document.getElementById('d-title').textContent"), "carla");
        let open = "[...document.querySelectorAll('dialog details[open]')].map((it) => it.parentElement.dataset.check)";
        assert_eq!(page.eval(open), json!(["tcp_server::restarts_at_once"]));
        let text = page.text("document.querySelector('dialog details[open]').innerText");
        for part in ["Step 2 of 3", "A connects", "A refused", "{port} is 8989", "Written in this step"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        page.eval("document.querySelector('dialog img').decode()");
        assert!(page.text("document.querySelector('dialog img').alt").starts_with("A sequence diagram"));
        assert!(page.text("document.querySelector('.ladder ol').textContent").contains("A to tcp_server: [SYN] Seq=0"));
        click(page, "#d-after");
        page.wait("dialog[data-ready][data-row='4']");
        let text = page.text("document.getElementById('d-body').innerText");
        assert!(text.contains("does not compile") && text.contains("error: text"), "the build log: {text}");
    });
}

#[test]
fn groups_name_the_submissions_and_lead_to_them() {
    on_desktop("", |page| {
        let first = page.text("document.querySelector('.group summary').innerText");
        assert!(first.starts_with("3 submissions") && first.contains("tcp_server"), "{first}");
        click(page, ".group summary");
        page.wait(".group .names a");
        let links = "[...document.querySelectorAll('.group[open] .names')].map((list) => [...list.children].map((a) => a.textContent))";
        // By check and step: one_client, restarts_at_once, two_clients.
        assert_eq!(page.eval(links), json!([["bert 9", "carla"], ["bert 10", "bert 9"], ["bert 9", "carla"]]));
        click(page, ".group .names a");
        page.wait("dialog[open] details[data-ready]");
        assert_eq!(fragment(page), "#s=bert%209&c=tcp_server%3A%3Aone_client");
        let others =
            page.text("[...document.querySelectorAll('dialog details[open] a')].at(-1).parentElement.textContent");
        assert_eq!(others, "2 more submissions fail for the same reason.");
        page.press("Escape");
        page.wait("dialog:not([open])");
        assert_eq!(focus(page), "bert 9", "back on the link");
        click(page, ".group[open] > button");
        assert_eq!(shown(page), ["bert 10", "bert 9", "carla"]);
    });
}

#[test]
fn a_screen_reader_is_told_what_each_cell_is() {
    on_desktop("", |page| {
        page.wait("#grid[data-labelled]");
        let tree = page.ask("Accessibility.getFullAXTree", json!({}));
        let named = |role: &str| -> BTreeSet<String> {
            let nodes = tree["nodes"].as_array().unwrap().iter().filter(|node| node["role"]["value"] == json!(role));
            nodes.map(|node| node["name"]["value"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let cells = named("gridcell");
        for name in [
            "tcp_server::one_client: failed",
            "udp_chat::sends: passed",
            "udp_chat::sends: skipped, does not compile",
            "udp_chat::sends: not graded yet",
            "tcp_server::two_clients: error of the grader, no fault of the program",
            "12 points",
            "3 points, not graded to the end yet",
        ] {
            assert!(cells.contains(name), "{name}: {cells:#?}");
        }
        assert!(named("rowheader").contains("anna"));
        assert!(named("columnheader").contains("tcp_server::one_client"), "{:?}", named("columnheader"));
        assert_eq!(named("grid"), ["Matrix".to_owned()].into());
        let histogram =
            named("image").into_iter().chain(named("img")).find(|name| name.contains("share of the points"));
        assert!(histogram.is_some_and(|name| name.contains("all: 1")));
        // Nothing that can be operated is without a name.
        for role in ["button", "link", "combobox", "searchbox", "dialog", "region"] {
            assert!(!named(role).contains(""), "a {role} without a name");
        }
    });
}

#[test]
fn without_javascript_the_matrix_the_points_and_the_groups_can_be_read() {
    let Some(browser) = browser() else { return };
    let mut browser = lock(&browser);
    let (_dir, file) = page(&sample());
    let mut page = browser.page(1280, 800);
    page.ask("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    page.open(&file, "");
    let tree = page.ask("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().unwrap();
    let text: Vec<&Value> =
        nodes.iter().filter(|node| node["ignored"] != json!(true)).map(|node| &node["name"]["value"]).collect();
    for part in ["bert 10", "one_client", "✗", "9", "3 submissions"] {
        assert!(text.iter().any(|name| name.as_str().is_some_and(|name| name.trim() == part)), "{part}: {text:?}");
    }
    assert!(text.iter().any(|name| name.as_str().is_some_and(|name| name.starts_with("Without JavaScript"))));
    page.picture("without-javascript");
}
