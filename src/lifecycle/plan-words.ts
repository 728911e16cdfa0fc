// Why something is taken up again that an earlier run left, as plans say it.

export const WHY_RESUMED = {
  undo: 'an undo of an earlier run goes on to its end',
  ends: 'it is gone; its rotation, left open by an earlier run, comes to its end',
  landed:
    'it had been taken back into use, and an earlier request to make it Inactive landed after that',
} as const;
