// What the explorers' script (course.js) has put on the page: elements, the card, the store, `mount`.
export const { Card, count, forgetAll, h, html, keep, kept, mount, newId, setText } = globalThis.rmspropCourse;
