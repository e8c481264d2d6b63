// A drawing of lanes and charts in SVG: the parts that all reports share.
//
//   lws::internal::LaneDrawing drawing("groups over time");
//   drawing.Lane('N', {0, 0, 100, 10});            // a group that is new and ready, all the time
//   std::string svg = drawing.Finish(100, 20);     // "<svg viewBox=\"0 0 100 20.0\" ..."
//
// All lengths are in the units of the drawing. Texts are escaped; attributes and classes are not.
//
// Thread-safety: a drawing belongs to one thread.
#ifndef LWS_ADAPTERS_TESTING_PAGE_LANE_DRAWING_H_
#define LWS_ADAPTERS_TESTING_PAGE_LANE_DRAWING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace lws::internal {

struct DrawnBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

class LaneDrawing {
 public:
  // `label` describes the drawing for readers who do not see it.
  explicit LaneDrawing(absl::string_view label) : label_(label) {}

  void Text(double x, double y, absl::string_view text, absl::string_view attributes);
  void Line(double x1, double y1, double x2, double y2, absl::string_view style);
  void Path(absl::string_view attributes, absl::string_view path);

  // A part of a lane. `state` is a letter of a group: N, n, O, o as in TimelineEntry, or x while it is being deleted. A
  // box that is high enough is hatched as well, for readers who cannot tell the colors.
  void Lane(char state, const DrawnBox& box);

  // An upright line for something that came from outside, with a text for a reader who points at it.
  void Mark(double x, double top, double bottom, absl::string_view text);

  // A text for a reader who points at the box.
  void Hover(const DrawnBox& box, absl::string_view text);

  // The whole drawing, in a frame of this size.
  std::string Finish(double width, double height) const;

 private:
  std::string label_;
  std::string svg_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_TESTING_PAGE_LANE_DRAWING_H_
