#include "lws/api/quantity.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace lws {
namespace {

Quantity Q(const std::string& text) { return *Quantity::Parse(text); }

TEST(QuantityTest, PrintsAsKubernetesDoes) {
  EXPECT_EQ(Q("1.5Gi").ToString(), "1536Mi");
  EXPECT_EQ(Q("0.5").ToString(), "500m");
  EXPECT_EQ(Q("1024Mi").ToString(), "1Gi");
  EXPECT_EQ(Q("0.0000000001").ToString(), "1n");
  EXPECT_EQ(Q("1e40").ToString(), "10e39");
  EXPECT_EQ(Q("100Ei").ToString(), "9223372036854775807");
}

TEST(QuantityTest, RefusesWhatIsNoQuantity) {
  for (const char* text : {"", "x", "1.2.3", "1_000", "1e", "1 ", "1e99999999999", "Ki1"}) {
    EXPECT_FALSE(Quantity::Parse(text).ok()) << text;
  }
}

TEST(QuantityTest, Laws1To4OnDrawnTexts) {
  constexpr unsigned kSeed = 20261125;
  std::mt19937 random(kSeed);
  static constexpr const char* kSuffixes[] = {"", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-2"};
  bool is_binary = false;  // the last that was drawn
  const auto draw = [&] {
    std::string text = random() % 4 == 0 ? "-" : "";
    text += std::to_string(random() % 100000);
    if (random() % 2 == 0) text += "." + std::to_string(random() % 1000);
    text += kSuffixes[random() % 12];
    is_binary = text.back() == 'i';
    return Q(text);
  };
  int exceptions = 0;
  for (int i = 0; i < 20000; ++i) {
    const Quantity a = draw();
    const bool a_is_binary = is_binary;
    const Quantity b = draw();
    const bool sum_is_binary = a.IsZero() ? is_binary : a_is_binary;
    const Quantity c = draw();
    EXPECT_EQ(Q(a.ToString()).Compare(a), 0) << "law 1, seed " << kSeed << ": " << a.ToString();
    Quantity ab = a;
    ab.Add(b);
    Quantity ba = b;
    ba.Add(a);
    EXPECT_EQ(ab.Compare(ba), 0) << "law 3, seed " << kSeed;
    Quantity ac = a;
    ac.Add(c);
    Quantity bc = b;
    bc.Add(c);
    EXPECT_EQ(ac.Compare(bc), a.Compare(b)) << "law 2, seed " << kSeed;
    const std::string text = ab.ToString();
    const std::string again = Q(text).ToString();
    // A binary amount that is printed without a suffix reads as a decimal one.
    const bool reads_as_decimal = sum_is_binary && text.back() != 'i';
    EXPECT_TRUE(again == text || reads_as_decimal) << "law 4, seed " << kSeed << ": " << text << ", then " << again;
    EXPECT_EQ(Q(again).ToString(), again) << "law 4, seed " << kSeed;
    exceptions += again != text;
  }
  EXPECT_LT(exceptions, 20);
}

}  // namespace
}  // namespace lws
