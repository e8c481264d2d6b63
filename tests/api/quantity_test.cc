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

TEST(QuantityTest, RefusesWhatIsTooLongOrTooLarge) {
  const std::string many(100000, '1');
  for (const std::string& text :
       {std::string("1000e9999"), std::string("1.55e-2147483648"), std::string("1e2147483647"), std::string("1e1000"),
        std::string("10e999"), many, "0." + many}) {
    EXPECT_FALSE(Quantity::Parse(text).ok()) << text.substr(0, 40);
  }
  EXPECT_TRUE(Quantity::Parse("1e999").ok());
  EXPECT_TRUE(Quantity::Parse("1e-1000").ok());
  EXPECT_TRUE(Quantity::Parse("0e1000").ok());
  EXPECT_TRUE(Quantity::Parse(std::string(1000, '1')).ok());
}

TEST(QuantityTest, Law1HasItsLimitWhereKubernetesHasNoSuffix) {
  EXPECT_EQ(Q("1000000000000000000M").ToString(), "1");
  EXPECT_EQ(Q("999E").ToString(), "999E");
  EXPECT_EQ(Q("1e999").ToString(), "1e999");
}

TEST(QuantityTest, Law4ToStringIsIdempotentButForUnevenBinaryQuantities) {
  constexpr unsigned kSeed = 20261126;
  std::mt19937 random(kSeed);
  static constexpr const char* kSuffixes[] = {"", "n", "u", "m", "k", "M", "G", "T", "e3", "E-2", "e40", "e-5"};
  for (int i = 0; i < 5000; ++i) {
    const std::string text =
        std::to_string(random() % 100000) + "." + std::to_string(random() % 1000) + kSuffixes[random() % 12];
    const std::string once = Q(text).ToString();
    EXPECT_EQ(Q(once).ToString(), once) << text << ", seed " << kSeed;
  }
  EXPECT_EQ(Q("62.50Ki").ToString(), "64000");
  EXPECT_EQ(Q("64000").ToString(), "64k");
}

// Laws 1, 2 and 3 on random texts.
TEST(QuantityTest, Laws) {
  constexpr unsigned kSeed = 20261125;
  std::mt19937 random(kSeed);
  static constexpr const char* kSuffixes[] = {"", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-2"};
  const auto draw = [&] {
    std::string text = random() % 4 == 0 ? "-" : "";
    text += std::to_string(random() % 100000);
    if (random() % 2 == 0) text += "." + std::to_string(random() % 1000);
    return Q(text + kSuffixes[random() % 12]);
  };
  for (int i = 0; i < 20000; ++i) {
    const Quantity a = draw();
    const Quantity b = draw();
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
  }
}

}  // namespace
}  // namespace lws
