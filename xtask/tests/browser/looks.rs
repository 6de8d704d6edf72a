//! What the page looks like: on a phone, light and dark.

use super::class::{outcome, page, sample, with};
use super::devtools::{Page, browser, lock};
use rstest::rstest;
use serde_json::json;

/// A class with what is long: names, words without a blank, lines.
fn long() -> Vec<xtask::outcome::Outcome> {
    let mut all = sample();
    let word = "Donaudampfschifffahrtsgesellschaft".repeat(6);
    all.push(with(&word, "fufuff", &word));
    all.push(with(&"word ".repeat(40), "fufuff", &"many words ".repeat(60)));
    all.extend((0..40).map(|number| outcome(&format!("student {number}"), "ppfpup")));
    all
}

/// The width of a small phone.
const PHONE: u32 = 360;

/// By how much the page is too wide. Not by `innerWidth`, which on a phone grows with what is too wide.
fn overflows(page: &mut Page<'_>) -> String {
    page.text(&format!("Math.max(0, document.scrollingElement.scrollWidth - {PHONE})"))
}

#[rstest]
#[case::light("light")]
#[case::dark("dark")]
fn on_a_phone_only_the_matrix_scrolls_to_the_side(#[case] scheme: &str) {
    let Some(browser) = browser() else { return };
    let mut browser = lock(&browser);
    let (_dir, file) = page(&long());
    let mut page = browser.page(PHONE, 740);
    page.prefer("prefers-color-scheme", scheme);
    page.open(&file, "");
    assert_eq!(overflows(&mut page), "0");
    page.picture(&format!("phone-{scheme}"));
    assert_eq!(
        page.text("document.querySelector('.scroll').scrollWidth > document.querySelector('.scroll').clientWidth"),
        "true"
    );
    page.eval("document.querySelectorAll('.group').forEach((group) => group.open = true)");
    page.wait(".group .names a");
    assert_eq!(overflows(&mut page), "0");
    page.eval("document.querySelector('.groups').scrollIntoView({ behavior: 'instant' })");
    page.picture(&format!("phone-groups-{scheme}"));
    page.eval("document.querySelector('#grid tbody tr:nth-child(9) td:nth-child(3)').click()");
    page.wait("dialog[open] details[data-ready]");
    assert_eq!(page.text("(([it]) => it.scrollWidth > it.clientWidth)([document.querySelector('dialog')])"), "false");
    assert_eq!(overflows(&mut page), "0");
    page.picture(&format!("phone-details-{scheme}"));
}

/// The contrast of each sign of the matrix with what is behind it (WCAG 2.2, 1.4.3), the least of all.
const CONTRAST: &str = r"
(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => channels(color).slice(0, 3).map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (it) => { const of = getComputedStyle(it).backgroundColor; return channels(of)[3] === 0 && it.parentElement ? behind(it.parentElement) : of; };
  const of = (it) => { const [a, b] = [getComputedStyle(it).color, behind(it)].map(luminance); return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
  const all = [...document.querySelectorAll('#grid tbody td, #grid tbody a, #grid thead button, .legend li, dd, dt, .note, .controls *, summary, dialog p, dialog td, dialog li, dialog h4')];
  return Math.min(...all.map(of));
})()";

#[rstest]
#[case::light("light", "rgb(255, 255, 255)")]
#[case::dark("dark", "rgb(13, 17, 23)")]
fn every_text_can_be_read_light_and_dark(#[case] scheme: &str, #[case] background: &str) {
    let Some(browser) = browser() else { return };
    let mut browser = lock(&browser);
    let (_dir, file) = page(&long());
    let mut page = browser.page(1280, 800);
    page.prefer("prefers-color-scheme", scheme);
    page.open(&file, "#s=carla&c=tcp_server%3A%3Aone_client");
    page.wait("dialog[open] details[data-ready] img");
    page.eval("document.querySelector('dialog img').decode()");
    page.picture(&format!("details-{scheme}"));
    assert_eq!(page.text("getComputedStyle(document.body).backgroundColor"), background);
    let least = page.eval(CONTRAST).as_f64().unwrap();
    assert!(least >= 4.5, "{least}");
    // The drawing is dark on a dark page, too: its first pixel is the background.
    let pixel = "(() => { const image = document.querySelector('dialog img'), canvas = new OffscreenCanvas(4, 4).getContext('2d');
        canvas.drawImage(image, 0, 0, 4, 4, 0, 0, 4, 4); return `rgb(${[...canvas.getImageData(1, 1, 1, 1).data].slice(0, 3).join(', ')})` })()";
    assert_eq!(page.text(pixel), background);
    page.press("Escape");
    page.wait("dialog:not([open])");
    page.picture(&format!("desktop-{scheme}"));
}

#[test]
fn nothing_moves_for_those_who_do_not_want_it() {
    let Some(browser) = browser() else { return };
    let mut browser = lock(&browser);
    let (_dir, file) = page(&sample());
    let mut page = browser.page(1280, 800);
    page.open(&file, "");
    assert_eq!(page.eval("getComputedStyle(document.documentElement).scrollBehavior"), json!("smooth"));
    page.prefer("prefers-reduced-motion", "reduce");
    assert_eq!(page.eval("getComputedStyle(document.documentElement).scrollBehavior"), json!("auto"));
}
