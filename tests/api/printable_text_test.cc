#include "lws/api/printable_text.h"

#include <string>

#include "gtest/gtest.h"

namespace lws {
namespace {

TEST(PrintableTextTest, WhatMovesATerminalIsEscaped) {
  EXPECT_EQ(PrintableText("serve-1 \"x\" C:\\ \xc3\xa9 \xf0\x9f\x98\x80"),
            "serve-1 \"x\" C:\\ \xc3\xa9 \xf0\x9f\x98\x80");
  EXPECT_EQ(PrintableText("a\x1b[2J\n\t\r\x7f"), "a\\x1b[2J\\n\\t\\r\\u007f");
  EXPECT_EQ(PrintableText("\xc2\x9b"
                          "2J"),
            "\\u009b2J");
  EXPECT_EQ(PrintableText("\xe2\x80\xae"
                          "abc\xef\xbb\xbf\xe2\x80\xa8"),
            "\\u202eabc\\ufeff\\u2028");
}

TEST(PrintableTextTest, WhatIsNoUtf8IsShownByItsBytes) {
  EXPECT_EQ(PrintableText("a\xff"
                          "b\xc3"),
            "a\\xffb\\xc3");
  EXPECT_EQ(PrintableText("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a surrogate pair
  EXPECT_EQ(PrintableText("\xc0\x80"), "\\xc0\\x80");           // longer than necessary
}

// Every sequence of up to three bytes gives a printable text, and a printable text stays unchanged.
TEST(PrintableTextTest, IsIdempotentOnAllShortTexts) {
  for (int i = 0; i < 1 << 16; ++i) {
    const std::string text = {static_cast<char>(i), static_cast<char>(i >> 8), '\x80'};
    const std::string printable = PrintableText(text);
    ASSERT_EQ(PrintableText(printable), printable) << i;
    for (const char c : printable) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << i;
  }
}

TEST(PrintableTextTest, TextsThatAreUtf8) {
  for (const char* text : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsUtf8(text)) << PrintableText(text);
  }
  for (const char* text : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3\xa9\xa9"}) {
    EXPECT_FALSE(IsUtf8(text)) << PrintableText(text);
  }
}

TEST(PrintableTextTest, AShortTextEndsWithACharacter) {
  EXPECT_EQ(ShortText(std::string(60, 'a')), std::string(60, 'a'));
  EXPECT_EQ(ShortText(std::string(61, 'a')), std::string(57, 'a') + "...");
  for (size_t shift = 0; shift < 3; ++shift) {
    std::string text(shift, 'a');
    while (text.size() < 100) text += "\xe2\x82\xac";
    const std::string shown = ShortText(text);
    EXPECT_TRUE(IsUtf8(shown) && shown.size() > 57 && shown.size() <= 60) << shown;
  }
}

}  // namespace
}  // namespace lws
