//! Words that slots are filled with.
//!
//! Every name of a variable comes from exactly one list, so that two names in one function
//! never meet. Words of several parts are written with spaces in [`THEMES`] and with
//! underscores elsewhere, and take the case of their language.

use std::collections::BTreeMap;

use super::template::{Case, Dialect, Macros};

/// What a function is about, in singular and plural. One theme is drawn per pair.
pub(super) const THEMES: &[(&str, &str)] = &[
    ("order", "orders"),
    ("invoice", "invoices"),
    ("patient", "patients"),
    ("sensor", "sensors"),
    ("ticket", "tickets"),
    ("shipment", "shipments"),
    ("account", "accounts"),
    ("product", "products"),
    ("article", "articles"),
    ("booking", "bookings"),
    ("vehicle", "vehicles"),
    ("student", "students"),
    ("course", "courses"),
    ("employee", "employees"),
    ("device", "devices"),
    ("payment", "payments"),
    ("coupon", "coupons"),
    ("contract", "contracts"),
    ("reservation", "reservations"),
    ("playlist", "playlists"),
    ("recipe", "recipes"),
    ("property", "properties"),
    ("claim", "claims"),
    ("policy", "policies"),
    ("parcel", "parcels"),
    ("supplier", "suppliers"),
    ("warehouse", "warehouses"),
    ("customer", "customers"),
    ("project", "projects"),
    ("survey", "surveys"),
    ("asset", "assets"),
    ("campaign", "campaigns"),
    ("donation", "donations"),
    ("member", "members"),
    ("lesson", "lessons"),
    ("flight", "flights"),
    ("hotel", "hotels"),
    ("machine", "machines"),
    ("auction", "auctions"),
    ("voucher", "vouchers"),
    ("meter", "meters"),
    ("tenant", "tenants"),
    ("listing", "listings"),
    ("exam", "exams"),
    ("podcast", "podcasts"),
    ("wallet", "wallets"),
    ("work order", "work orders"),
    ("price list", "price lists"),
    ("lab sample", "lab samples"),
    ("help desk", "help desks"),
    ("tax form", "tax forms"),
    ("event log", "event logs"),
    ("loan file", "loan files"),
    ("bus stop", "bus stops"),
    ("menu card", "menu cards"),
    ("job offer", "job offers"),
    ("time sheet", "time sheets"),
    ("pump station", "pump stations"),
    ("gift card", "gift cards"),
    ("game score", "game scores"),
];

/// The slots that a theme fills, all at once.
pub(super) const THEME_SLOTS: [&str; 8] =
    ["entity", "entities", "Entity", "Entities", "table", "route", "noun", "nouns"];

/// What a theme fills [`THEME_SLOTS`] with.
pub(super) fn theme_words((one, many): (&str, &str), case: Case) -> [String; 8] {
    [
        written(one, case),
        written(many, case),
        pascal(one),
        pascal(many),
        many.replace(' ', "_"),
        many.replace(' ', "-"),
        one.to_owned(),
        many.to_owned(),
    ]
}

/// Names of variables, the same list in all languages: slot and words.
pub(super) const NAMES: Macros = &[
    // The untrusted variable, by what it holds (`Flaw::input`).
    (
        "in_text",
        "shop_code email city category reference region keyword nickname owner country department serial_number phone currency brand",
    ),
    ("in_file", "filename document attachment report_name image_name asset_name file_name doc_name"),
    ("in_url", "target_url callback_url feed_url image_url webhook_url source_url avatar_url remote_url"),
    ("in_dest", "next_page return_to redirect_to destination continue_to back_link forward_to landing_page"),
    ("in_host", "hostname target_host server_name device_address node_name remote_host peer_name gateway"),
    ("in_markup", "comment display_name bio headline caption feedback greeting remark"),
    ("in_blob", "cart_state saved_session preferences snapshot job_state cached_view profile_blob draft"),
    ("in_xml", "xml_body xml_text feed_xml order_xml manifest_xml import_xml xml_document xml_upload"),
    ("in_expr", "expression formula rule_text filter_expr calculation condition_text score_rule computation"),
    (
        "in_tmpl",
        "template_text layout_text mail_text footer_text banner_text signature_text intro_text page_text",
    ),
    ("in_user", "username login_name account_name member_name user_name sign_in_name staff_name uid"),
    (
        "in_pass",
        "password passphrase new_password login_password plain_password chosen_password pin_code pass_text",
    ),
    (
        "in_token",
        "given_token provided_signature received_mac api_token client_digest sent_signature request_mac auth_code",
    ),
    (
        "in_count",
        "item_count row_count num_entries record_count total_items entry_count unit_count n_records",
    ),
    (
        "in_index",
        "slot_index position entry_index offset_index channel_index row_index table_index field_index",
    ),
    ("in_mail", "sender_mail from_address reply_address contact_mail mail_address sender_address"),
    ("in_sort", "sort_key order_column sort_field ranking_column order_key sort_by"),
    ("in_kind", "export_format output_kind plugin_name handler_name report_kind driver_name"),
    // Names beside it.
    ("r", "result outcome found output resolved"),
    ("out", "collected gathered combined all_found batch_result summary"),
    ("q", "query select_text statement lookup_sql search_sql"),
    ("opt", "view_mode detail_level format_option layout_mode display_mode"),
    ("tmp", "trace_label marker checkpoint run_label step_label"),
    ("tmp2", "upper_limit quota_left allowance capacity_left budget"),
    ("started", "started begun start_time begin_at clock_start"),
];

/// Literals, the same in all languages: slot and words, written as they are.
pub(super) const LITERALS: Macros = &[
    ("col", "id created_at updated_at total amount title priority notes quantity rating"),
    ("col2", "due_date version tenant_id score channel locale weight branch origin stage"),
    ("act", "lookup search export preview import check review sync archive report"),
    (
        "dir",
        "/srv/app/uploads /var/lib/reports /data/exports /opt/portal/files /srv/media /var/data/archive /home/app/storage /mnt/shared/docs",
    ),
    ("limit", "10 20 25 30 40 50 75 100 150 200 250 500"),
    ("max", "48 64 80 96 120 128 160 200 240 256"),
    ("few", "2 3 4 5 6"),
    ("seconds", "3 5 8 10 15 20 30"),
    ("size", "32 48 64 80 96 128 160 192 256 512"),
    (
        "site",
        "api.example.com billing.example.net media.example.org intranet.example.com cdn.example.net portal.example.org files.example.com status.example.net",
    ),
    (
        "hex",
        "9f86d081884c 2c26b46b68ff fcde2b2edba5 baa5a0964d33 4e07408562be ef2d127de37b 7902699be42c 19581e27de7c 4a44dc153642 6b51d431df5d 3fdba35f04dc 8527a891e224 e629fa6598d7 b17ef6d19c7a 4fc82b26aecb 6b86b273ff34",
    ),
    (
        "hex2",
        "a318c24216de fca5f4c3f0a1 0a2cbbdf1a7e 81b637d8fcd2 c7e616822f36 5feceb66ffc8 d4735e3a265e 4b227777d4dd e7f6c011776e 7cb9a2f0e1b3 2e7d2c03a950 18ac3e7343f0 3e23e8160039 de7d1b721a1e 252f10c83610 cd0aa9856147",
    ),
    ("ENV", "APP_SECRET API_KEY SERVICE_TOKEN DB_PASSWORD SIGNING_KEY GATEWAY_KEY MAIL_PASSWORD VAULT_TOKEN"),
    ("ext", "jpg jpeg gif webp bmp tiff heic"),
    ("port", "5432 6379 8080 8443 9000 9200 3306 5672"),
];

/// Numbers of a language's slots: from 1 those of themes, then those of [`lists`].
pub(super) fn slots(dialect: &Dialect) -> BTreeMap<&'static str, u8> {
    let lists = [NAMES, dialect.words, LITERALS];
    let names = lists.into_iter().flatten().map(|(name, _)| *name);
    THEME_SLOTS.into_iter().chain(names).zip(1..).collect()
}

/// The words of the slots that are drawn one by one.
pub(super) fn lists(dialect: &Dialect) -> impl Iterator<Item = Vec<String>> {
    let names = NAMES.iter().chain(dialect.words);
    let names = names.map(|(_, words)| words.split(' ').map(|word| written(word, dialect.case)).collect());
    names.chain(LITERALS.iter().map(|(_, words)| words.split(' ').map(str::to_owned).collect()))
}

/// A name of several parts in the case of a language.
pub(super) fn written(words: &str, case: Case) -> String {
    match case {
        Case::Snake => words.replace(' ', "_"),
        Case::Camel => {
            let pascal = pascal(words);
            let mut letters = pascal.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
    }
}

fn pascal(words: &str) -> String {
    words
        .split([' ', '_'])
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect::<Vec<char>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        assert_eq!(written("row count", Case::Camel), "rowCount");
        assert_eq!(written("row_count", Case::Camel), "rowCount");
        assert_eq!(written("row_count", Case::Snake), "row_count");
        assert_eq!(
            theme_words(("work order", "work orders"), Case::Camel).join(" "),
            "workOrder workOrders WorkOrder WorkOrders work_orders work-orders work order work orders"
        );
    }
}
