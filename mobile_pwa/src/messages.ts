/** Every word that the phone shows, in English. */

const counted = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

export const m = {
  app: "Encounter imaging",
  retry: "Try again",
  back: "Back",

  // identity
  nameNotKnown: "Name not known",
  notKnown: "Not known",
  sexes: { M: "Male", F: "Female", O: "Other", U: "Not known" } as Readonly<Record<string, string>>,
  patient: "Patient",
  born: "Born",
  sex: "Sex",
  mrn: "MRN",
  sides: { L: "Left", R: "Right", B: "Both" } as const,

  // session
  signInTitle: "Sign in to take photos",
  signInText: "Photos you take go straight into the patient's record, under your name.",
  signIn: "Sign in",
  signedInAs: (name: string) => `Signed in as ${name}`,
  signOut: "Sign out",
  signOutLosing: (n: number) =>
    `${counted(n, "photo is", "photos are")} still on this phone and will be lost. Sign out?`,
  searchImages: "Search images",
  starting: "Opening the imaging hub",
  notSecure: "Photos need a secure address",
  notSecureText: "Open the hub by its https address. Your help desk knows it.",

  // worklist
  worklist: "Worklist",
  worklistHint: "Open encounters",
  search: "Find a patient",
  searchHint: "Name, patient or encounter number",
  department: "Department",
  allDepartments: "All departments",
  refresh: "Refresh",
  loadingWorklist: "Loading the worklist",
  emptyWorklist: "No open encounters",
  emptyWorklistText: "Encounters appear here when they are registered in the hospital system.",
  nothingFound: "No open encounter matches",
  nothingFoundText: "Check the spelling, or look in all departments.",
  showAll: "Show all open encounters",
  more: "Show more",
  orders: (n: number) => (n ? counted(n, "order", "orders") : "No orders"),
  listed: (n: number) => counted(n, "open encounter", "open encounters"),
  classes: {
    inpatient: "Inpatient",
    emergency: "Emergency",
    outpatient: "Outpatient",
    other: "Other",
  } as Readonly<Record<string, string>>,
  departmentNotKnown: "Department not known",

  // encounter
  encounter: "Encounter",
  kind: "Kind",
  started: "Started",
  visit: "Encounter",
  order: "Order",
  orderHint: "Choose one if the photo answers it.",
  noOrder: "No order",
  orderOf: (procedure: string) => procedure || "Imaging order",
  accession: (number: string) => `Accession ${number}`,
  placer: (number: string) => `Order ${number}`,
  requested: (at: string) => `Requested ${at}`,
  takePhoto: "Take photo",
  encounterGone: "This encounter is not open any more",
  encounterGoneText:
    "It may have ended, or your list has changed. Choose it again in the worklist.",
  toWorklist: "Go to the worklist",

  // camera
  camera: "Camera",
  askingPermission: "Allow this app to use the camera. Your browser is asking now.",
  startingCamera: "Starting the camera",
  cameraDenied: "The camera is blocked for this app",
  cameraDeniedText:
    "Allow the camera in the browser's site settings, then try again. Or use the phone's camera app.",
  cameraMissing: "No camera could be started",
  cameraMissingText:
    "Another app may be using it. Close that app and try again. Or use the phone's camera app.",
  shutter: "Take photo",
  phoneCamera: "Phone's camera app",
  phoneCameraShort: "Camera app",
  cancel: "Cancel",
  shotFailed: "The camera gave no photo. Nothing was taken; please try again.",

  // review
  review: "Check the photo",
  preview: "The photo that you took",
  noPreview: "This phone cannot show this kind of file. It can still be sent.",
  retake: "Retake",
  blurred: "It looks blurred. Retake it if the detail matters.",
  dark: "It looks dark. Retake it with more light if the detail matters.",
  oldFile: (at: string) => `This file is from ${at}. It goes into the record with the time of now.`,
  bodySite: "Body site",
  findSite: "Find a body site",
  siteExample: "For example forearm",
  fromOrder: "From the order. Change it if the photo shows something else.",
  lastSite: "As in your last photo of this encounter.",
  otherSites: "Other sites",
  noSite: "No body site has this name. Try another word.",
  sitesMissing: "The list of body sites could not be loaded.",
  side: "Side",
  sideHint: "The patient's side, not the side of the picture",
  note: "Note",
  noteHint: "Where, how and why, in your words (optional)",
  scaleMarker: "A scale marker is in the photo",
  send: "Send to the record",
  needSite: "Choose the body site.",
  needSide: "Choose the side: left, right or both.",
  fixFirst: "Before this photo can be sent",

  // sending
  sending: "Sending",
  photoSent: "Photo sent",
  percent: (n: number) => `${n} % sent`,
  checking: "The hub is storing the photo",
  inTheRecord: "In the record",
  inTheRecordText: "The hub has the photo. No copy is left on this phone.",
  preparing: (n: number) => `The hub is preparing the video: ${n} %`,
  preparingText: "You need not wait for it.",
  notPrepared:
    "The hub could not convert the video. The original is kept; please tell your help desk.",
  openStudy: "Open the study",
  takeAnother: "Take another",
  done: "Done",
  waiting: "Still on this phone. Will send when there is a connection.",
  keepOpen: "Keep this app open until it has gone.",
  busy: "Still on this phone. The hub is busy and will be tried again.",
  signInToSend: "Still on this phone. Sign in again and it will be sent.",
  signInAgain: "Sign in again",
  otherPerson: (user: string) =>
    `Still on this phone. It was taken by ${user}, who must sign in to send it.`,
  refused: "Still on this phone. The hub did not take it.",
  differentBytes:
    "The hub's copy is not the same as the photo on this phone. Try again; the photo is kept.",
  unreadable: "The hub's answer could not be read. Try again; nothing was lost.",
  askForHelp: "If it is refused again, keep this app open and call your help desk.",
  discard: "Discard photo",
  discardOf: (name: string) => `Discard this photo of ${name}? It is nowhere else.`,
  keep: "Keep",
  stillHere: (n: number) =>
    `${counted(n, "photo", "photos")} still on this phone. Keep this app open.`,
  draftLeft: (name: string) => `The photo of ${name} is not sent yet.`,
  show: "Show",
  sentGone: "This photo is not on this phone any more",
  sentGoneText: "Look for it in the study of the patient, or in the worklist's encounter.",

  // troubles
  offline: "No connection to the hub",
  offlineText: "Nothing was lost. Check the network and try again.",
  failed: "The hub could not answer",
  failedText: "Nothing was lost. Try again in a moment.",
} as const;
