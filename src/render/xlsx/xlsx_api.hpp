// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

// libxlsxwriter, zlib and ISA-L are opened on first use (base/lazy_library.hpp).
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <xlsxwriter.h>
#include <zlib.h>

#include "reportctl/base/lazy_library.hpp"

namespace reportctl::render {

struct Xlsx : LazyLibrary {
  Xlsx() : LazyLibrary(kXlsxwriter) {}
  REPORTCTL_FUNCTION(chart_add_series);
  REPORTCTL_FUNCTION(chart_axis_major_gridlines_set_line);
  REPORTCTL_FUNCTION(chart_axis_set_crossing_max);
  REPORTCTL_FUNCTION(chart_axis_set_interval_unit);
  REPORTCTL_FUNCTION(chart_axis_set_label_position);
  REPORTCTL_FUNCTION(chart_axis_set_line);
  REPORTCTL_FUNCTION(chart_axis_set_max);
  REPORTCTL_FUNCTION(chart_axis_set_min);
  REPORTCTL_FUNCTION(chart_axis_set_name);
  REPORTCTL_FUNCTION(chart_axis_set_name_font);
  REPORTCTL_FUNCTION(chart_axis_set_num_font);
  REPORTCTL_FUNCTION(chart_axis_set_num_format);
  REPORTCTL_FUNCTION(chart_axis_set_reverse);
  REPORTCTL_FUNCTION(chart_legend_set_position);
  REPORTCTL_FUNCTION(chart_series_set_categories);
  REPORTCTL_FUNCTION(chart_series_set_fill);
  REPORTCTL_FUNCTION(chart_series_set_labels);
  REPORTCTL_FUNCTION(chart_series_set_labels_font);
  REPORTCTL_FUNCTION(chart_series_set_labels_num_format);
  REPORTCTL_FUNCTION(chart_series_set_line);
  REPORTCTL_FUNCTION(chart_series_set_name_range);
  REPORTCTL_FUNCTION(chart_series_set_values);
  REPORTCTL_FUNCTION(chart_set_series_gap);
  REPORTCTL_FUNCTION(chart_title_off);
  REPORTCTL_FUNCTION(chart_title_set_name);
  REPORTCTL_FUNCTION(chart_title_set_name_font);
  REPORTCTL_FUNCTION(format_set_align);
  REPORTCTL_FUNCTION(format_set_bg_color);
  REPORTCTL_FUNCTION(format_set_bold);
  REPORTCTL_FUNCTION(format_set_font_color);
  REPORTCTL_FUNCTION(format_set_font_size);
  REPORTCTL_FUNCTION(format_set_indent);
  REPORTCTL_FUNCTION(format_set_italic);
  REPORTCTL_FUNCTION(format_set_num_format);
  REPORTCTL_FUNCTION(format_set_text_wrap);
  REPORTCTL_FUNCTION(format_set_top);
  REPORTCTL_FUNCTION(lxw_format_get_xf_index);
  REPORTCTL_FUNCTION(lxw_strerror);
  REPORTCTL_FUNCTION(lxw_workbook_free);
  REPORTCTL_FUNCTION(lxw_worksheet_write_single_row);
  REPORTCTL_FUNCTION(workbook_add_chart);
  REPORTCTL_FUNCTION(workbook_add_format);
  REPORTCTL_FUNCTION(workbook_add_worksheet);
  REPORTCTL_FUNCTION(workbook_close);
  REPORTCTL_FUNCTION(workbook_new_opt);
  REPORTCTL_FUNCTION(workbook_set_properties);
  REPORTCTL_FUNCTION(worksheet_activate);
  REPORTCTL_FUNCTION(worksheet_autofilter);
  REPORTCTL_FUNCTION(worksheet_fit_to_pages);
  REPORTCTL_FUNCTION(worksheet_freeze_panes);
  REPORTCTL_FUNCTION(worksheet_insert_chart_opt);
  REPORTCTL_FUNCTION(worksheet_print_area);
  REPORTCTL_FUNCTION(worksheet_repeat_rows);
  REPORTCTL_FUNCTION(worksheet_set_column);
  REPORTCTL_FUNCTION(worksheet_set_footer);
  REPORTCTL_FUNCTION(worksheet_set_landscape);
  REPORTCTL_FUNCTION(worksheet_set_paper);
  REPORTCTL_FUNCTION(worksheet_write_blank);
  REPORTCTL_FUNCTION(worksheet_write_boolean);
  REPORTCTL_FUNCTION(worksheet_write_number);
  REPORTCTL_FUNCTION(worksheet_write_string);
};
struct Zlib : LazyLibrary {
  Zlib() : LazyLibrary(kZlib) {}
  REPORTCTL_FUNCTION(crc32_combine);
  REPORTCTL_FUNCTION(inflate);
  REPORTCTL_FUNCTION(inflateEnd);
  REPORTCTL_FUNCTION(inflateInit2_);
};

struct Isal : LazyLibrary {
  Isal() : LazyLibrary(kIsal) {}
  REPORTCTL_FUNCTION(crc32_gzip_refl);
  REPORTCTL_FUNCTION(isal_deflate);
  REPORTCTL_FUNCTION(isal_deflate_init);
};

/// Each opens its library once. Error(failed) when it is absent.
const Xlsx& xlsx();
const Zlib& zlib();
const Isal& isal();

}  // namespace reportctl::render
