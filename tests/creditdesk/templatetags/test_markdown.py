from creditdesk.templatetags.desk import markdown


def test_an_aligned_table_of_a_model_card_needs_no_inline_style():
    html = markdown("| a | b |\n|:--|--:|\n| one | 2 |\n")
    assert "<td>2</td>" in html
    assert "style" not in html
