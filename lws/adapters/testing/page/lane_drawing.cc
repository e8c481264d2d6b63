#include "lws/adapters/testing/page/lane_drawing.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lws/adapters/testing/page/escape_markup.h"

namespace lws::internal {
namespace {

// The height of the lowest lane that is hatched, and the width of the narrowest one.
constexpr double kLeastHatched = 4;
constexpr double kLeastWidth = 0.5;

std::string BoxAttributes(const DrawnBox& box) {
  return absl::StrFormat("x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"", box.x, box.y,
                         std::max(kLeastWidth, box.width), box.height);
}

}  // namespace

void LaneDrawing::Text(double x, double y, absl::string_view text, absl::string_view attributes) {
  absl::StrAppendFormat(&svg_, "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, attributes, EscapeHtmlMarkup(text));
}

void LaneDrawing::Line(double x1, double y1, double x2, double y2, absl::string_view style) {
  absl::StrAppendFormat(&svg_, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", style, x1, y1,
                        x2, y2);
}

void LaneDrawing::Path(absl::string_view attributes, absl::string_view path) {
  absl::StrAppend(&svg_, "<path ", attributes, " d=\"", path, "\"/>\n");
}

void LaneDrawing::Lane(char state, const DrawnBox& box) {
  const std::string attributes = BoxAttributes(box);
  absl::StrAppendFormat(&svg_, "<rect class=\"%c\" %s/>\n", state, attributes);
  if (state == 'N' || box.height < kLeastHatched) return;
  absl::StrAppendFormat(&svg_, "<rect class=\"hatch-%c\" %s/>\n", state, attributes);
}

void LaneDrawing::Mark(double x, double top, double bottom, absl::string_view text) {
  absl::StrAppendFormat(
      &svg_, "<line class=\"fault\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"><title>%s</title></line>\n", x, top,
      x, bottom, EscapeHtmlMarkup(text));
}

void LaneDrawing::Hover(const DrawnBox& box, absl::string_view text) {
  absl::StrAppend(&svg_, "<rect class=\"hover\" ", BoxAttributes(box), "><title>", EscapeHtmlMarkup(text),
                  "</title></rect>\n");
}

std::string LaneDrawing::Finish(double width, double height) const {
  return absl::StrFormat("<svg viewBox=\"0 0 %.0f %.1f\" role=\"img\" aria-label=\"%s\">\n%s</svg>\n", width, height,
                         EscapeHtmlMarkup(label_), svg_);
}

}  // namespace lws::internal
