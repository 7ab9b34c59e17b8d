export { Notifications, type NotificationsOptions, notificationArns } from './notifications.ts';
export { notificationsConfig } from './targets.ts';
