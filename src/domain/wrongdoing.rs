//! Whether the words of an opinion look like bribery or like the wrongdoing of a
//! person: its sender is asked once, gently, which of two roads they mean
//! (DOMAIN.md §2.6). Nothing is decided here, and nobody is accused.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::search::indexed;

/// The words to look for: `data/wrongdoing.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signs {
    /// Said of money that changes hands where it must not.
    pub bribery: Vec<String>,
    /// Said of what somebody did wrong; a sign only where a person is named.
    pub blame: Vec<String>,
    /// What looks like one of them and is none.
    pub harmless: Vec<String>,
    /// Money that changes hands, by its amount.
    pub amount: Amount,
}

/// An amount of money that somebody takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// What is done with it.
    pub verbs: Vec<String>,
    /// What it is counted in.
    pub units: Vec<String>,
    /// Where a person is not named: who is spoken of.
    pub officials: Vec<String>,
}

/// So many words may stand between what is done and how much.
const BETWEEN: usize = 4;

impl Amount {
    /// Is there a verb, and soon after it a number with a unit? Where marks are written they count: an exchange (đổi) and a
    /// wait (đợi) are no demand (đòi).
    fn is_in(&self, text: &str) -> bool {
        let with_marks = !text.is_ascii();
        let read = |text: &str| if with_marks { text.nfc().collect::<String>().to_lowercase() } else { spaced(text) };
        let text = read(text);
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let is = |word: &str, of: &[String]| of.iter().any(|known| read(known).trim() == word);
        let money = |pair: &[&str]| match pair {
            [number, unit] => number.chars().all(|c| c.is_ascii_digit()) && is(unit, &self.units),
            _ => false,
        };
        let mut amounts = words.windows(2).enumerate().filter(|(_, pair)| money(pair));
        amounts.any(|(at, _)| words.iter().take(at).rev().take(BETWEEN + 1).any(|word| is(word, &self.verbs)))
    }
}

impl Signs {
    /// Do the words look like it? `names_somebody`: a person's name stands in them.
    pub fn are_in(&self, text: &str, names_somebody: bool) -> bool {
        let mut words = spaced(text);
        for harmless in &self.harmless {
            words = words.replace(&spaced(harmless), " ");
        }
        let any = |signs: &[String]| signs.iter().any(|sign| words.contains(&spaced(sign)));
        any(&self.bribery) || names_somebody && any(&self.blame) || (names_somebody || any(&self.amount.officials)) && self.amount.is_in(text)
    }
}

/// The folded words, each between spaces.
fn spaced(text: &str) -> String {
    format!(" {} ", indexed([text]).join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs() -> Signs {
        toml::from_str(include_str!("../../data/wrongdoing.toml")).unwrap()
    }

    #[test]
    fn bribery_is_seen_with_and_without_marks() {
        for text in [
            "Cán bộ đòi tiền bồi dưỡng mới cho nộp hồ sơ.",
            "can bo vong vo doi phong bi",
            "Phải lót tay 2 triệu mới xong.",
            "Người ta gợi ý đưa hối lộ.",
            "Họ vòi tiền tôi.",
            "The officer asked me for a bribe.",
            "មន្ត្រីសុំលុយសំណូកពីខ្ញុំ",
        ] {
            assert!(signs().are_in(text, false), "{text}");
        }
    }

    #[test]
    fn an_amount_that_an_official_takes_is_a_sign_and_a_fee_is_none() {
        let named = ["Ông Nguyễn Văn An lấy của tôi 3 triệu.", "chi Lan lay 500 nghin moi dong dau"];
        assert!(named.iter().all(|text| signs().are_in(text, true)));
        assert!(signs().are_in("Cán bộ một cửa đòi tôi 2 triệu.", false));
        for text in [
            "Tôi nộp lệ phí 3 triệu rồi.",
            "Phải đợi 3 tuần.",
            "Cán bộ hướng dẫn nộp 50 nghìn đồng lệ phí.",
            "Ông Nguyễn Văn An hướng dẫn tôi nộp 50 nghìn đồng lệ phí.",
            "Cán bộ thu lệ phí với mức 50 nghìn đồng.",
            "Cán bộ hướng dẫn đổi giấy phép hết 135 nghìn đồng.",
            "ong Nguyen Van An huong dan toi nop 50 nghin dong le phi",
        ] {
            assert!(!signs().are_in(text, true), "{text}");
        }
        assert!(!signs().are_in("Hàng xóm đòi tôi 2 triệu.", false), "nobody is named");
    }

    #[test]
    fn what_is_paid_by_rule_and_plain_grumbling_are_no_signs() {
        for text in [
            "Tôi đòi tiền đặt cọc của bên bán đất.",
            "Nộp tiền phí qua mạng không được.",
            "Cán bộ rất tốt, không nhận phong bì, không đòi tiền ai.",
            "Cán bộ thái độ không tốt, nói năng khó nghe.",
            "Đề nghị hướng dẫn đóng tiền sử dụng đất.",
            "Xin bồi thường khi thu hồi đất.",
            "Lớp bồi dưỡng nghiệp vụ mở khi nào?",
        ] {
            assert!(!signs().are_in(text, false), "{text}");
        }
    }

    #[test]
    fn blame_is_a_sign_only_where_somebody_is_named() {
        let text = "Ông Nguyễn Văn An ở phòng đất đai chiếm đoạt giấy tờ của tôi.";
        assert!(signs().are_in(text, true));
        assert!(!signs().are_in("Có người chiếm đoạt lối đi chung.", false));
    }
}
