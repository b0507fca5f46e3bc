// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// libxlsxwriter and zlib are not linked but opened on first use (base/lazy_library.hpp): every function of them that this room
// calls is listed here.
#include <xlsxwriter.h>
#include <zlib.h>

namespace reportctl::render {

#define REPORTCTL_XLSX_FUNCTIONS(X)      \
  X(chart_add_series)                    \
  X(chart_axis_major_gridlines_set_line) \
  X(chart_axis_set_line)                 \
  X(chart_axis_set_name)                 \
  X(chart_axis_set_name_font)            \
  X(chart_axis_set_num_font)             \
  X(chart_axis_set_num_format)           \
  X(chart_legend_set_position)           \
  X(chart_series_set_categories)         \
  X(chart_series_set_fill)               \
  X(chart_series_set_line)               \
  X(chart_series_set_name_range)         \
  X(chart_series_set_values)             \
  X(chart_set_series_gap)                \
  X(chart_title_off)                     \
  X(chart_title_set_name)                \
  X(chart_title_set_name_font)           \
  X(format_set_align)                    \
  X(format_set_bg_color)                 \
  X(format_set_bold)                     \
  X(format_set_font_color)               \
  X(format_set_font_size)                \
  X(format_set_indent)                   \
  X(format_set_italic)                   \
  X(format_set_num_format)               \
  X(format_set_top)                      \
  X(lxw_strerror)                        \
  X(lxw_workbook_free)                   \
  X(lxw_worksheet_write_single_row)      \
  X(workbook_add_chart)                  \
  X(workbook_add_format)                 \
  X(workbook_add_worksheet)              \
  X(workbook_close)                      \
  X(workbook_new_opt)                    \
  X(workbook_set_properties)             \
  X(worksheet_autofilter)                \
  X(worksheet_fit_to_pages)              \
  X(worksheet_freeze_panes)              \
  X(worksheet_insert_chart_opt)          \
  X(worksheet_repeat_rows)               \
  X(worksheet_set_column)                \
  X(worksheet_set_footer)                \
  X(worksheet_set_landscape)             \
  X(worksheet_set_paper)                 \
  X(worksheet_write_blank)               \
  X(worksheet_write_boolean)             \
  X(worksheet_write_number)              \
  X(worksheet_write_string)
#define REPORTCTL_ZLIB_FUNCTIONS(X) \
  X(inflate)                        \
  X(inflateEnd)                     \
  X(inflateInit2_)

#define REPORTCTL_MEMBER(name) decltype(&::name) name = nullptr;
struct Xlsx {
  REPORTCTL_XLSX_FUNCTIONS(REPORTCTL_MEMBER)
};
struct Zlib {
  REPORTCTL_ZLIB_FUNCTIONS(REPORTCTL_MEMBER)
};
#undef REPORTCTL_MEMBER

/// Both open their library once. Error(failed) when it is absent.
const Xlsx& xlsx();
const Zlib& zlib();

}  // namespace reportctl::render
