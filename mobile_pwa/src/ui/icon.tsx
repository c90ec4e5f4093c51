import arrowLeft from "lucide-static/icons/arrow-left.svg?raw";
import camera from "lucide-static/icons/camera.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import chevronRight from "lucide-static/icons/chevron-right.svg?raw";
import circleCheck from "lucide-static/icons/circle-check.svg?raw";
import clipboardList from "lucide-static/icons/clipboard-list.svg?raw";
import cloudOff from "lucide-static/icons/cloud-off.svg?raw";
import images from "lucide-static/icons/images.svg?raw";
import lock from "lucide-static/icons/lock.svg?raw";
import refresh from "lucide-static/icons/refresh-cw.svg?raw";
import search from "lucide-static/icons/search.svg?raw";
import send from "lucide-static/icons/send.svg?raw";
import smartphone from "lucide-static/icons/smartphone.svg?raw";
import triangleAlert from "lucide-static/icons/triangle-alert.svg?raw";
import x from "lucide-static/icons/x.svg?raw";

const ICONS = {
  arrowLeft,
  camera,
  check,
  chevronRight,
  circleCheck,
  clipboardList,
  cloudOff,
  images,
  lock,
  refresh,
  search,
  send,
  smartphone,
  triangleAlert,
  x,
} as const;

export type IconName = keyof typeof ICONS;

/** A picture beside a word; it says nothing of its own to a screen reader. */
export function Icon({ name }: { readonly name: IconName }) {
  // The markup is lucide's own file, part of the build: nothing of it comes from outside.
  return <span class="icon" aria-hidden="true" dangerouslySetInnerHTML={{ __html: ICONS[name] }} />;
}
