// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>

#include "reportctl/catalog/report.hpp"
#include "reportctl/render/chart.hpp"
#include "reportctl/schedule/window.hpp"

namespace reportctl::run {

/// What the shape's chart is made of; its days are those of the window. Nothing for a shape without a chart.
std::optional<render::ChartPlan> chart_plan(const catalog::Shape&, const schedule::Window&);

}  // namespace reportctl::run
